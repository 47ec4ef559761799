# SPDX-License-Identifier: Apache-2.0
"""`cloudmap-check` finds each planted fault, and takes no deployment for one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from localaws.dns_records import DnsRecordSet
from tests.endpoint.cloudmap_harness.check_command.conftest import Check, Shop, faulty
from tests.endpoint.localaws.account import address_of, task_id
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


def test_tasks_that_a_deployment_replaces_are_never_stale(shop: Shop, check: Check) -> None:
    """While old tasks drain, the only differences are counts and that tasks start or stop."""
    shop.aws.ecs.update_service(cluster="handson", service="web", forceNewDeployment=True)
    kinds: set[str] = set()
    for _ in range(50):
        ran = check("--json")
        kinds.update(ran.kinds)
    assert kinds <= {"count", "deploying", "starting", "draining", "missing"}
    assert check("--wait", "30").code == 0


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


def test_each_problem_of_many_has_its_line(shop: Shop, check: Check) -> None:
    for number in range(25):
        shop.aws.register(
            shop.registry, f"nobody-{number}", AWS_INSTANCE_IPV4=f"10.0.8.{200 + number}"
        )
    lines = check("--service", "web").out.splitlines()
    assert len([line for line in lines if "stale instance nobody-" in line]) == 25
    assert [line for line in lines if line.startswith("  and ")] == []
