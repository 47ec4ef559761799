# SPDX-License-Identifier: Apache-2.0
"""`cloudmap-check` finds each planted fault, and nothing in a healthy account."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import urllib3

from cloudmap_harness.check_command import progress
from localaws.dns_records import DnsRecordSet
from tests.endpoint.cloudmap_harness.check_command.conftest import Check, Shop
from tests.endpoint.localaws.account import Account, address_of, task_id
from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually

NAME = "web.shop.internal."


def record_set(identifier: str, address: str, ttl: int = 300) -> DnsRecordSet:
    return DnsRecordSet(
        name=NAME,
        type="A",
        ttl=ttl,
        values=(address,),
        set_identifier=identifier,
        multi_value_answer=True,
    )


def test_a_healthy_service_has_no_problem(
    shop: Shop, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is, no progress is said.
    monkeypatch.setattr(progress, "QUIET", float("inf"))
    ran = check()
    assert ran.code == 0
    assert "handson/web in web.shop.internal" in ran.out
    assert "converged" in ran.out
    assert re.search(r"1 service, 0 problems; \d+ calls\n", ran.out)
    assert ran.err == ""
    assert max(map(len, ran.out.splitlines())) <= 80


def stale_instance(shop: Shop) -> str:
    shop.aws.register(shop.registry, "nobody", AWS_INSTANCE_IPV4="10.0.8.200")
    return "10.0.8.200: stale instance nobody, no such task"


def orphan_record(shop: Shop) -> str:
    shop.publish("gone", record_set("gone", "10.0.8.201"))
    return "10.0.8.201: orphan A record with the SetIdentifier gone, no such instance"


def wrong_ttl(shop: Shop) -> str:
    task = shop.aws.tasks()[0]
    shop.publish(task_id(task), record_set(task_id(task), address_of(task), ttl=60))
    return f"{address_of(task)}: TTL 60 instead of 300"


def missing_record(shop: Shop) -> str:
    task = shop.aws.tasks()[0]
    shop.publish(task_id(task))
    return f"{address_of(task)}: missing in A records"


def missing_instance(shop: Shop) -> str:
    task = shop.aws.tasks()[0]
    shop.aws.deregister(shop.registry, task_id(task))
    return f"{address_of(task)}: missing in Cloud Map instances"


def unhealthy(shop: Shop) -> str:
    task = shop.aws.tasks()[0]
    shop.aws.cloud_map.update_instance_custom_health_status(
        ServiceId=shop.registry, InstanceId=task_id(task), Status="UNHEALTHY"
    )
    return f"{address_of(task)}: unhealthy in Cloud Map (instance {task_id(task)})"


def outside_the_subnets(shop: Shop) -> str:
    shop.aws.register(shop.registry, "far", AWS_INSTANCE_IPV4="192.0.2.7")
    subnets = ", ".join(sorted(shop.aws.subnets().values()))
    return f"192.0.2.7: in Cloud Map instances, records, outside the subnets {subnets}"


def duplicate(shop: Shop) -> str:
    address = address_of(shop.aws.tasks()[0])
    shop.aws.register(shop.registry, "twin", AWS_INSTANCE_IPV4=address)
    return f"{address}: 2 times in Cloud Map instances"


def no_registry(shop: Shop) -> str:
    service = shop.aws.cloud_map.get_service(Id=shop.registry)["Service"]
    for id_ in shop.aws.instances(shop.registry):
        shop.aws.deregister(shop.registry, id_)
    shop.aws.cloud_map.delete_service(Id=shop.registry)
    return f"the service registry {service['Arn']} is gone"


@pytest.mark.parametrize(
    "plant",
    [
        stale_instance,
        orphan_record,
        wrong_ttl,
        missing_record,
        missing_instance,
        unhealthy,
        outside_the_subnets,
        duplicate,
        no_registry,
    ],
    ids=lambda plant: plant.__name__,
)
def test_each_planted_fault_is_told_with_what_to_do(
    shop: Shop, check: Check, plant: Callable[[Shop], str]
) -> None:
    """GIVEN a service that agrees
    WHEN one fault is planted
    THEN the command ends with 1, and one line has it with what to do, in the table and in JSON.
    """
    line = plant(shop)
    ran = check("--cluster", "handson", "--service", "web")
    assert ran.code == 1
    (told,) = [each for each in ran.out.splitlines() if each.startswith(f"  {line}; ")]
    ran = check("--json")
    assert ran.code == 1
    (problem,) = [p for p in ran.json["services"][0]["problems"] if p["what"] == line]
    assert told == f"  {line}; {problem['advice']}"
    assert ran.json["converged"] is False


def test_a_record_of_no_service_is_told_for_its_zone(shop: Shop, check: Check) -> None:
    shop.publish("old", replace(record_set("old", "10.0.8.9"), name="old.shop.internal."))
    ran = check()
    assert ran.code == 1
    assert "of no ECS service, in the namespace shop.internal" in ran.out
    assert "10.0.8.9: orphan A record old.shop.internal., no such service" in ran.out


def test_it_waits_until_the_layers_agree(shop: Shop, check: Check) -> None:
    shop.aws.ecs.update_service(cluster="handson", service="web", desiredCount=4)
    ran = check("--wait", "30")
    assert ran.code == 0
    shop.aws.register(shop.registry, "nobody", AWS_INSTANCE_IPV4="10.0.8.200")
    assert check("--wait", "0.2").code == 1


def test_zero_is_a_count_like_any_other(shop: Shop, check: Check) -> None:
    shop.aws.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    assert check("--wait", "30").code == 0


def test_tasks_that_a_deployment_replaces_are_never_stale(shop: Shop, check: Check) -> None:
    """While old tasks drain, the only differences are counts and that tasks start or stop."""
    shop.aws.ecs.update_service(cluster="handson", service="web", forceNewDeployment=True)
    kinds: set[str] = set()
    for _ in range(50):
        ran = check("--json")
        kinds.update(ran.kinds)
    assert kinds <= {"count", "deploying", "starting", "draining", "missing"}
    assert check("--wait", "30").code == 0


def test_services_without_a_registry_are_said_and_do_not_fail(shop: Shop, check: Check) -> None:
    shop.aws.ecs_service(None, desired=1, name="batch")
    ran = check()
    assert ran.code == 0
    assert "without a service registry, not checked: handson/batch" in ran.out
    named = check("--service", "batch")
    assert named.code == 0
    assert "it has no service registry" in named.out
    assert check("--json").json["without_registry"] == [{"cluster": "handson", "service": "batch"}]


def test_srv_and_http_services_are_checked_too(aws: Account, check: Check) -> None:
    namespace = aws.namespace("shop.internal")
    srv = aws.service(namespace, "srv", types=("SRV",))
    arn = aws.cloud_map.get_service(Id=srv)["Service"]["Arn"]
    port = [{"registryArn": arn, "containerName": "httpd-container", "containerPort": 80}]
    aws.ecs_service(None, desired=2, name="srv", serviceRegistries=port)
    http = aws.cloud_map.create_service(Name="http", NamespaceId=aws.http_namespace("calls"))
    aws.ecs_service(http["Service"]["Id"], desired=1, name="http")
    ran = check("--wait", "30", "--json")
    assert ran.code == 0, ran.out
    found = {each["service"]: each["registries"][0] for each in ran.json["services"]}
    records = found["srv"]["records"]
    assert sorted(each["type"] for each in records) == ["A", "A", "SRV", "SRV"]
    assert {each["port"] for each in found["srv"]["instances"]} == {80}
    assert found["http"]["records"] == []
    assert found["http"]["discovered"] == [each["id"] for each in found["http"]["instances"]]
    assert "discovered" in check("--service", "http").out


def test_it_makes_the_calls_of_the_documented_policy_and_no_other(shop: Shop, check: Check) -> None:
    """The policy in docs/cloudmap-check.md allows what the command calls, which only reads."""
    http = shop.aws.cloud_map.create_service(
        Name="http", NamespaceId=shop.aws.http_namespace("calls")
    )
    shop.aws.ecs_service(http["Service"]["Id"], desired=1, name="http")
    made = check("--wait", "30", "--json").json["calls"]["by_action"]
    page = (CHECKOUT / "docs" / "cloudmap-check.md").read_text()
    (block,) = re.findall(r"```json\n(\{\s*\"Version\".*?)```", page, re.DOTALL)
    (statement,) = json.loads(block)["Statement"]
    assert statement["Effect"] == "Allow"
    assert sorted(made) == sorted(statement["Action"])
    assert all(re.match(r"\w+:(List|Describe|Get|Discover)", action) for action in made)


def test_a_zone_is_read_once_for_all_its_services(shop: Shop, check: Check) -> None:
    for number in range(12):
        registry = shop.aws.service(shop.namespace, f"s{number}")
        shop.aws.ecs_service(registry, desired=1, name=f"s{number}")
        shop.aws.steady(1, f"s{number}")
    calls = check("--json").json["calls"]["by_action"]
    assert calls["route53:ListResourceRecordSets"] == 1
    assert calls["ecs:DescribeServices"] == 2
    assert calls["ecs:DescribeTasks"] == 1
    assert calls["servicediscovery:ListServices"] == 1


def test_throttles_are_waited_out_and_counted(shop: Shop, check: Check) -> None:
    """GIVEN an endpoint that refuses every fourth call
    WHEN the service is checked
    THEN the calls are repeated, and their number is told.
    """
    fault = {
        "kind": "call",
        "every": 4,
        "error": {"statusCode": 400, "code": "ThrottlingException"},
    }
    with faulty(shop.aws.url, fault):
        ran = check()
    assert ran.code == 0, ran.err
    (repeated,) = re.findall(r"\d+ calls, (\d+) of them repeated", ran.out)
    assert int(repeated) >= 2


@contextmanager
def faulty(url: str, fault: dict[str, object]) -> Iterator[None]:
    """Has the endpoint fail in that way within the block."""
    faults = f"{url}/_localaws/faults"
    with urllib3.PoolManager() as http:
        assert http.request("POST", faults, json=fault).status < 300
        try:
            yield
        finally:
            http.request("DELETE", faults)


def test_a_service_that_does_not_exist_is_an_error(shop: Shop, check: Check) -> None:
    ran = check("--service", "nobody")
    assert ran.code == 1
    words = "there is no active ECS service nobody in any cluster of the region; there are: web"
    assert words in ran.err
    ran = check("--cluster", "nowhere")
    assert ran.code == 1
    assert "there is no ECS cluster nowhere in the region; there are: handson" in ran.err


def test_services_that_share_a_registry_are_told_apart(shop: Shop, check: Check) -> None:
    shop.aws.ecs_service(shop.registry, desired=3, name="canary")
    ran = check("--wait", "30", "--json")
    assert ran.code == 0, ran.out
    counts = {
        each["service"]: len(each["registries"][0]["instances"]) for each in ran.json["services"]
    }
    assert counts == {"canary": 3, "web": 2}


def test_a_rollout_that_fails_is_not_taken_for_success(shop: Shop, check: Check) -> None:
    """GIVEN an image that cannot be pulled
    WHEN a deployment wants it, and the tasks of the older one go on
    THEN the service has not converged.
    """
    definition = shop.aws.task_definition(family="broken", image="broken:1")
    with faulty(shop.aws.url, {"kind": "pull", "image": "broken"}):
        shop.aws.ecs.update_service(cluster="handson", service="web", taskDefinition=definition)
        eventually(
            lambda: shop.aws.described("web")["deployments"][0].get("failedTasks", 0),
            lambda failed: failed > 0,
        )
        ran = check("--json")
    assert ran.code == 1
    assert "deploying" in ran.kinds


def test_an_account_is_named_by_the_access_key(
    shop: Shop, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999999999999")
    ran = check()
    assert ran.code == 0
    assert "0 services, 0 problems" in ran.out


@pytest.mark.parametrize("arguments", [["--wait", "soon"], ["--wat"], ["--wait", "1", "--watch"]])
def test_wrong_use_ends_with_two(arguments: list[str], check: Check) -> None:
    with pytest.raises(SystemExit) as ended:
        check(*arguments)
    assert ended.value.code == 2
