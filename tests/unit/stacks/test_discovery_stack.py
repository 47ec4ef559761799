# SPDX-License-Identifier: Apache-2.0
"""discovery: the article's `create-private-dns-namespace` and `create-service`."""

from tests.unit.stacks.synthesis import SynthesizedStacks

STACK = "discovery"
NAMESPACE = "aws_service_discovery_private_dns_namespace"
SERVICE = "aws_service_discovery_service"


def test_only_a_namespace_and_a_service_are_managed(article: SynthesizedStacks) -> None:
    assert set(article.stacks[STACK]["resource"]) == {NAMESPACE, SERVICE}


def test_namespace(article: SynthesizedStacks, by_id: SynthesizedStacks) -> None:
    namespace = article.resource(STACK, NAMESPACE)
    assert set(namespace) == {"name", "vpc"}
    assert namespace["name"] == "cloudmap-handson.internal"
    assert by_id.resource(STACK, NAMESPACE)["name"] == "example.internal"


def test_service_answers_with_a_records_of_ttl_300(article: SynthesizedStacks) -> None:
    service = article.resource(STACK, SERVICE)
    assert service["name"] == "cloudmap-handson"
    assert service["dns_config"] == {
        "namespace_id": f"${{{NAMESPACE}.namespace.id}}",
        "routing_policy": "MULTIVALUE",
        "dns_records": [{"type": "A", "ttl": 300}],
    }


def test_service_takes_name_and_ttl_from_the_settings(by_id: SynthesizedStacks) -> None:
    service = by_id.resource(STACK, SERVICE)
    assert service["name"] == "web"
    assert service["dns_config"]["dns_records"] == [{"type": "A", "ttl": 60}]


def test_health_is_custom_with_failure_threshold_1(article: SynthesizedStacks) -> None:
    service = article.resource(STACK, SERVICE)
    assert service["health_check_custom_config"] == {"failure_threshold": 1}
    assert "health_check_config" not in service


def test_service_goes_even_when_an_instance_is_left(article: SynthesizedStacks) -> None:
    assert article.resource(STACK, SERVICE)["force_destroy"] is True


def test_outputs(article: SynthesizedStacks) -> None:
    namespace, service = f"{NAMESPACE}.namespace", f"{SERVICE}.service"
    expected = {
        "namespace_id": f"${{{namespace}.id}}",
        "hosted_zone_id": f"${{{namespace}.hosted_zone}}",
        "service_id": f"${{{service}.id}}",
        "service_arn": f"${{{service}.arn}}",
        "service_fqdn": f"${{{service}.name}}.${{{namespace}.name}}",
    }
    assert {name: article.output(STACK, name) for name in expected} == expected
    for expression in expected.values():
        article.assert_resources_exist(STACK, expression)
