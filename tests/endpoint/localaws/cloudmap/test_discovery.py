# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's health and discovery."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.route53.models import route53_backends

from localaws import runtime
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import (
    NAMESPACE,
    SERVICE,
    Account,
    error_of,
    refused,
)
from tests.support.waiting import eventually


def status_of(aws: Account, service_id: str) -> dict[str, str]:
    return aws.cloud_map.get_instances_health_status(ServiceId=service_id)["Status"]  # type: ignore[return-value]


def discovered(aws: Account, **parameters: Any) -> dict[str, str]:
    """Health status by instance id."""
    reply = aws.cloud_map.discover_instances(
        NamespaceName=NAMESPACE, ServiceName=SERVICE, **parameters
    )
    return {each["InstanceId"]: each["HealthStatus"] for each in reply["Instances"]}


def test_a_custom_health_status_reaches_discovery(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.register(
        service_id, "two", AWS_INSTANCE_IPV4="10.0.8.5", AWS_INIT_HEALTH_STATUS="UNHEALTHY"
    )
    assert status_of(aws, service_id) == {"one": "HEALTHY", "two": "UNHEALTHY"}
    assert discovered(aws) == {"one": "HEALTHY"}
    assert discovered(aws, HealthStatus="ALL") == {"one": "HEALTHY", "two": "UNHEALTHY"}
    assert discovered(aws, HealthStatus="UNHEALTHY") == {"two": "UNHEALTHY"}
    aws.cloud_map.update_instance_custom_health_status(
        ServiceId=service_id, InstanceId="one", Status="UNHEALTHY"
    )
    assert discovered(aws, HealthStatus="HEALTHY") == {}
    assert discovered(aws, HealthStatus="HEALTHY_OR_ELSE_ALL").keys() == {"one", "two"}
    attributes = aws.instances(service_id)["two"]
    assert attributes["AWS_INIT_HEALTH_STATUS"] == "UNHEALTHY", "the initial, not the current one"


def test_a_custom_health_status_takes_effect_after_its_delay(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    service_id = aws.service(aws.namespace())
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    monkeypatch.setattr(runtime, "settings", EndpointSettings(health_seconds=3600))
    aws.cloud_map.update_instance_custom_health_status(
        ServiceId=service_id, InstanceId="one", Status="UNHEALTHY"
    )
    assert status_of(aws, service_id) == {"one": "HEALTHY"}


def test_a_custom_health_status_needs_its_check_and_its_instance(aws: Account) -> None:
    namespace_id = aws.namespace()
    without = aws.service(namespace_id, "without", custom_health=False)
    aws.register(without, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    assert status_of(aws, without) == {"one": "UNKNOWN"}
    cases = {
        (without, "one"): "CustomHealthNotFound",
        (aws.service(namespace_id), "nobody"): "InstanceNotFound",
        ("srv-0000000000000000", "one"): "ServiceNotFound",
    }
    for (service_id, instance_id), code in cases.items():
        with pytest.raises(ClientError) as caught:
            aws.cloud_map.update_instance_custom_health_status(
                ServiceId=service_id, InstanceId=instance_id, Status="HEALTHY"
            )
        assert error_of(caught)[0] == code


def test_discovery_by_query_and_optional_parameters(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    for id_, colour, size in (("one", "blue", "s"), ("two", "blue", "m"), ("three", "red", "m")):
        aws.register(service_id, id_, AWS_INSTANCE_IPV4="10.0.8.4", colour=colour, size=size)
    assert discovered(aws, QueryParameters={"colour": "blue"}).keys() == {"one", "two"}
    best: Any = {"QueryParameters": {"colour": "blue"}, "OptionalParameters": {"size": "m"}}
    assert discovered(aws, **best).keys() == {"two"}
    none: Any = {"QueryParameters": {"colour": "blue"}, "OptionalParameters": {"size": "xl"}}
    assert discovered(aws, **none).keys() == {"one", "two"}
    assert len(discovered(aws, MaxResults=2)) == 2


def test_the_revision_counts_registrations_and_not_health(aws: Account) -> None:
    service_id = aws.service(aws.namespace())

    def revision() -> int:
        names: Any = {"NamespaceName": NAMESPACE, "ServiceName": SERVICE}
        whole: int = aws.cloud_map.discover_instances(**names)["InstancesRevision"]
        assert aws.cloud_map.discover_instances_revision(**names)["InstancesRevision"] == whole
        return whole

    seen = [revision()]
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    seen.append(revision())
    aws.cloud_map.update_instance_custom_health_status(
        ServiceId=service_id, InstanceId="one", Status="UNHEALTHY"
    )
    seen.append(revision())
    aws.deregister(service_id, "one")
    seen.append(revision())
    assert seen[0] < seen[1] == seen[2] < seen[3]


def test_namespaces_of_another_account_are_out_of_scope_and_say_so(aws: Account) -> None:
    aws.service(aws.namespace())
    assert discovered(aws, OwnerAccount="123456789012") == {}
    assert refused(lambda: discovered(aws, OwnerAccount="111122223333"))[0] == "NotImplemented"


def test_discovery_of_what_is_not_there(aws: Account) -> None:
    aws.namespace()
    for names, code in (
        (("elsewhere", SERVICE), "NamespaceNotFound"),
        ((NAMESPACE, "nothing"), "ServiceNotFound"),
    ):
        with pytest.raises(ClientError) as caught:
            aws.cloud_map.discover_instances(NamespaceName=names[0], ServiceName=names[1])
        assert error_of(caught)[0] == code


def test_the_namespace_is_discovered_by_its_http_name(aws: Account) -> None:
    aws.register(aws.service(aws.namespace()), "here", AWS_INSTANCE_IPV4="10.0.8.4")
    other = aws.namespace(vpc=aws.another_vpc())
    aws.register(aws.service(other), "there", AWS_INSTANCE_IPV4="10.1.8.4")
    properties = aws.cloud_map.get_namespace(Id=other)["Namespace"]["Properties"]
    reply = aws.cloud_map.discover_instances(
        NamespaceName=properties["HttpProperties"]["HttpName"], ServiceName=SERVICE.upper()
    )
    assert [each["InstanceId"] for each in reply["Instances"]] == ["there"]
    assert discovered(aws).keys() == {"here"}


def test_discovery_gives_a_random_choice_of_a_hundred_unless_more_are_asked_for(
    aws: Account,
) -> None:
    service_id = aws.service(aws.namespace())
    attributes = {"AWS_INSTANCE_IPV4": "10.0.8.4"}
    for number in range(102):
        aws.cloud_map.register_instance(
            ServiceId=service_id, InstanceId=f"i{number}", Attributes=attributes
        )
    eventually(lambda: aws.instances(service_id), lambda found: len(found) == 102)
    assert len(discovered(aws)) == 100
    assert len(discovered(aws, MaxResults=1000)) == 102
    assert len({frozenset(discovered(aws)) for _ in range(5)}) > 1
    assert refused(lambda: discovered(aws, MaxResults=1001))[0] == "InvalidInput"


def test_without_a_health_check_the_health_filter_is_ignored(aws: Account) -> None:
    aws.register(
        aws.service(aws.namespace(), custom_health=False), "one", AWS_INSTANCE_IPV4="10.0.8.4"
    )
    for status in ("HEALTHY", "UNHEALTHY", "ALL", "HEALTHY_OR_ELSE_ALL"):
        assert discovered(aws, HealthStatus=status) == {"one": "UNKNOWN"}


def test_health_statuses_are_listed_in_pages(aws: Account) -> None:
    service_id = aws.service(aws.namespace())
    for number in range(3):
        aws.register(service_id, f"i{number}", AWS_INSTANCE_IPV4="10.0.8.4")
    call: Any = {"ServiceId": service_id, "MaxResults": 2}
    first = aws.cloud_map.get_instances_health_status(**call)
    second = aws.cloud_map.get_instances_health_status(**call, NextToken=first["NextToken"])
    assert [*first["Status"], *second["Status"]] == ["i0", "i1", "i2"]
    some = aws.cloud_map.get_instances_health_status(ServiceId=service_id, Instances=["i1"])
    assert some["Status"] == {"i1": "HEALTHY"}
    call = {"ServiceId": service_id, "Instances": ["nobody"]}
    code, _, _ = refused(lambda: aws.cloud_map.get_instances_health_status(**call))
    assert code == "InstanceNotFound"


def test_an_unhealthy_instance_is_a_record_set_that_dns_does_not_answer(aws: Account) -> None:
    namespace_id = aws.namespace()
    service_id = aws.service(namespace_id)
    aws.register(service_id, "one", AWS_INSTANCE_IPV4="10.0.8.4")
    aws.cloud_map.update_instance_custom_health_status(
        ServiceId=service_id, InstanceId="one", Status="UNHEALTHY"
    )
    assert [each["SetIdentifier"] for each in aws.record_sets(namespace_id)] == ["one"]
    zone = route53_backends["123456789012"]["aws"].zones[aws.zone_id(namespace_id)]
    assert [record.healthy for record in zone.rrsets[2:]] == [False]  # type: ignore[attr-defined]
