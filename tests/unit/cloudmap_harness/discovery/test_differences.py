# SPDX-License-Identifier: Apache-2.0
"""The check names each difference once: what differs, at which address, in which layer."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from cloudmap_harness.discovery.ecs_services import EcsDeployment, EcsService
from cloudmap_harness.discovery.observation import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)
from tests.unit.cloudmap_harness.discovery.layers import (
    NAME,
    REGISTRY,
    SERVICE,
    agreeing,
    checked,
    instance,
    problems,
    record,
    task,
)

SEEN = agreeing("10.0.8.4", "10.0.9.4")


def test_layers_that_agree_have_no_problems() -> None:
    assert problems(SEEN) == []


def test_a_desired_count_of_zero_is_checked_like_any_other() -> None:
    assert problems(Observation((), (), ()), desired=0) == []
    assert problems(Observation((), (), SEEN.records), desired=0) == [
        "10.0.8.4: orphan A record with the SetIdentifier id-10.0.8.4, no such instance",
        "10.0.9.4: orphan A record with the SetIdentifier id-10.0.9.4, no such instance",
    ]


def test_too_few_tasks_are_counted() -> None:
    assert problems(SEEN, desired=3) == ["running tasks: 2 instead of 3"]


def test_the_layer_without_a_task_is_named() -> None:
    assert problems(replace(SEEN, records=SEEN.records[:1])) == ["10.0.9.4: missing in A records"]
    assert problems(replace(SEEN, instances=SEEN.instances[:1], records=SEEN.records[:1])) == [
        "10.0.9.4: missing in Cloud Map instances",
        "10.0.9.4: missing in A records",
    ]


def test_an_instance_without_a_task_is_stale_and_its_record_is_not_told_again() -> None:
    assert problems(replace(SEEN, tasks=SEEN.tasks[:1]), desired=1) == [
        "10.0.9.4: stale instance id-10.0.9.4, no such task"
    ]


def test_a_stale_instance_says_why_its_task_has_stopped() -> None:
    ended = replace(
        task("10.0.9.4", "STOPPED"), desired_status="STOPPED", stopped_reason="Scaling activity"
    )
    assert problems(replace(SEEN, tasks=SEEN.tasks[:1], others=(ended,)), desired=1) == [
        "10.0.9.4: stale instance id-10.0.9.4, no such task, which stopped: Scaling activity"
    ]


def test_an_instance_whose_task_stops_is_not_stale_yet() -> None:
    stopping = replace(task("10.0.9.4", "DEACTIVATING"), desired_status="STOPPED")
    assert problems(replace(SEEN, tasks=SEEN.tasks[:1], others=(stopping,)), desired=1) == [
        "10.0.9.4: still registered, and its task id-10.0.9.4 is DEACTIVATING"
    ]


def deploying(new: int, old: int, *, failed: int = 0) -> EcsService:
    """A service in a deployment, with so many tasks of the new one and of the old one."""
    newest = EcsDeployment("ecs-svc/2", True, new, failed)
    return replace(SERVICE, deployments=(newest, EcsDeployment("ecs-svc/1", False, old, 0)))


def of_deployments(*ids: str) -> Observation:
    tasks = zip(SEEN.tasks, ids, strict=True)
    return replace(SEEN, tasks=tuple(replace(task, deployment=id_) for task, id_ in tasks))


def test_a_rollout_that_fails_is_a_problem_though_every_layer_agrees() -> None:
    seen = of_deployments("ecs-svc/1", "ecs-svc/1")
    assert problems(seen, service=deploying(0, 2, failed=3)) == [
        "the deployment ecs-svc/2 is not complete: 0 running, 3 failed; "
        "tasks of the older ecs-svc/1: 2"
    ]


def test_a_task_of_an_older_deployment_that_still_runs_is_explained() -> None:
    seen = of_deployments("ecs-svc/2", "ecs-svc/1")
    assert problems(seen, desired=1, service=deploying(1, 1)) == [
        "running tasks: 2 instead of 1",
        "the deployment ecs-svc/2 is not complete: 1 running, 0 failed; "
        "tasks of the older ecs-svc/1: 1",
    ]


def test_tasks_that_only_drain_are_said_and_no_problem() -> None:
    seen = of_deployments("ecs-svc/2", "ecs-svc/2")
    check = checked(seen, service=deploying(2, 3))
    assert check.problems == ()
    assert check.notes == ("tasks of an older deployment that still drain: 3",)


def test_a_task_of_another_service_in_the_same_registry_is_left_to_that_service() -> None:
    foreign = replace(task("10.0.9.9"), service="canary")
    seen = replace(
        SEEN,
        instances=(*SEEN.instances, instance("10.0.9.9")),
        records=(*SEEN.records, record("10.0.9.9")),
        others=(foreign,),
    )
    assert problems(seen) == []


def test_equal_counts_of_unequal_addresses_do_not_pass() -> None:
    other = replace(SEEN, records=(record("10.0.8.4"), record("10.0.9.5")))
    assert problems(other) == [
        "10.0.9.4: missing in A records",
        "10.0.9.5: orphan A record with the SetIdentifier id-10.0.9.5, no such instance",
    ]


def test_a_value_counts_once_in_a_layer() -> None:
    twice = replace(SEEN, records=(*SEEN.records, record("10.0.8.4")))
    assert problems(twice) == ["10.0.8.4: 2 times in A records"]
    again = ObservedInstance("by-hand", IPv4Address("10.0.8.4"))
    assert problems(replace(SEEN, instances=(*SEEN.instances, again))) == [
        "10.0.8.4: stale instance by-hand, no such task",
        "10.0.8.4: 2 times in Cloud Map instances",
    ]


def test_only_a_running_task_counts() -> None:
    starting = replace(SEEN, tasks=(task("10.0.8.4"), task("10.0.9.4", "ACTIVATING")))
    assert problems(starting) == ["running tasks: 1 instead of 2", "tasks still ACTIVATING: 1"]


def test_an_address_outside_the_subnets_is_told_once() -> None:
    assert problems(agreeing("10.0.0.4", "10.0.8.4")) == [
        "10.0.0.4: in running tasks, Cloud Map instances, records, "
        "outside the subnets 10.0.8.0/24, 10.0.9.0/24"
    ]


def test_under_one_id_the_layers_have_one_address() -> None:
    moved = replace(SEEN.instances[0], address=IPv4Address("10.0.8.9"))
    assert problems(replace(SEEN, instances=(moved, SEEN.instances[1]))) == [
        "10.0.8.9: the instance's address, but its task has 10.0.8.4",
        "10.0.8.4: in the record of id-10.0.8.4, whose instance has 10.0.8.9",
    ]


def test_unhealthy_is_told_by_the_layer_that_says_so() -> None:
    ill = replace(SEEN.instances[0], health="UNHEALTHY")
    assert problems(replace(SEEN, instances=(ill, SEEN.instances[1]))) == [
        "10.0.8.4: unhealthy in Cloud Map (instance id-10.0.8.4)"
    ]
    failing = replace(SEEN.tasks[0], health="UNHEALTHY")
    assert problems(replace(SEEN, tasks=(failing, SEEN.tasks[1]))) == ["10.0.8.4: unhealthy in ECS"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"ttl": 60}, "10.0.8.4: TTL 60 instead of 300"),
        ({"multivalue": False}, "10.0.8.4: record without MultiValueAnswer"),
        (
            {"name": "x.example.internal."},
            f"10.0.8.4: A record x.example.internal. instead of {NAME}",
        ),
    ],
)
def test_records_are_checked_in_full(changes: dict[str, object], line: str) -> None:
    wrong = replace(SEEN.records[0], **changes)  # type: ignore[arg-type]
    assert line in problems(replace(SEEN, records=(wrong, SEEN.records[1])))


def test_a_weighted_record_has_no_multivalue_answer() -> None:
    seen = replace(SEEN, records=tuple(replace(each, multivalue=False) for each in SEEN.records))
    assert problems(seen, registry=replace(REGISTRY, multivalue=False)) == []


def test_a_task_without_an_interface_is_found_by_its_id() -> None:
    bare = ObservedTask("id", "RUNNING", None, None, None)
    assert problems(Observation((bare,), (), ()), desired=1) == [
        "task id: missing in Cloud Map instances",
        "task id: missing in A records",
    ]


def test_both_families_are_checked_where_both_are_registered() -> None:
    both = replace(REGISTRY, ttls={"A": 300, "AAAA": 300})
    six = IPv6Address("2001:db8::4")
    seen = agreeing("10.0.8.4")
    seen = replace(
        seen,
        tasks=(replace(seen.tasks[0], ipv6=six),),
        instances=(replace(seen.instances[0], ipv6=six),),
    )
    assert problems(seen, desired=1, registry=both)[0] == "10.0.8.4: missing in AAAA records"
    aaaa = ObservedRecord(NAME, six, 300, "id-10.0.8.4", True)
    outside = f"{six}: in running tasks, Cloud Map instances, records, outside the subnets"
    (line,) = problems(replace(seen, records=(*seen.records, aaaa)), desired=1, registry=both)
    assert line.startswith(outside)


def test_an_instance_with_one_family_needs_no_record_of_the_other() -> None:
    assert problems(SEEN, registry=replace(REGISTRY, ttls={"A": 300, "AAAA": 300})) == []


SRV = replace(REGISTRY, ttls={"SRV": 60})
SRV_SERVICE = replace(SERVICE, ports=(8080,))
HOST = f"id-10.0.8.4.{NAME}"
TARGET = ObservedTarget(NAME, 8080, HOST, 60, "id-10.0.8.4", True)
SRV_SEEN = Observation(
    (task("10.0.8.4"),),
    (replace(instance("10.0.8.4"), port=8080),),
    (ObservedRecord(HOST, IPv4Address("10.0.8.4"), 60, "id-10.0.8.4", True),),
    (TARGET,),
)


@pytest.mark.parametrize(
    ("seen", "lines"),
    [
        (SRV_SEEN, []),
        (replace(SRV_SEEN, targets=()), ["10.0.8.4: missing in SRV records"]),
        (
            replace(SRV_SEEN, records=()),
            [f"{HOST.rstrip('.')} port 8080: missing in the address records of SRV targets"],
        ),
        (
            replace(SRV_SEEN, targets=(replace(TARGET, port=80),)),
            [f"{HOST.rstrip('.')} port 80: the SRV record's port, but its instance has 8080"],
        ),
        (
            replace(SRV_SEEN, targets=(replace(TARGET, host="x."),)),
            [f"x port 8080: SRV target x. instead of {HOST}"],
        ),
        (
            replace(SRV_SEEN, targets=(replace(TARGET, ttl=300),)),
            [f"{HOST.rstrip('.')} port 8080: TTL 300 instead of 60"],
        ),
        (
            replace(SRV_SEEN, records=(replace(SRV_SEEN.records[0], ttl=300),)),
            ["10.0.8.4: TTL 300 instead of 60"],
        ),
        (
            replace(
                SRV_SEEN,
                instances=(replace(SRV_SEEN.instances[0], port=80),),
                targets=(replace(TARGET, port=80),),
            ),
            ["10.0.8.4: registered with port 80 instead of 8080"],
        ),
    ],
)
def test_srv_records_are_checked_with_their_ports_and_targets(
    seen: Observation, lines: list[str]
) -> None:
    assert problems(seen, desired=1, service=SRV_SERVICE, registry=SRV) == lines


def test_a_service_with_srv_and_a_records_has_both() -> None:
    both = replace(REGISTRY, ttls={"SRV": 60, "A": 300})
    seen = replace(SRV_SEEN, records=(*SRV_SEEN.records, record("10.0.8.4")))
    assert problems(seen, desired=1, service=SRV_SERVICE, registry=both) == []
    assert problems(SRV_SEEN, desired=1, service=SRV_SERVICE, registry=both) == [
        "10.0.8.4: missing in A records"
    ]


HTTP = replace(REGISTRY, hosted_zone_id=None, ttls={})


def test_an_http_service_is_checked_by_what_is_discovered() -> None:
    ids = frozenset(each.id for each in SEEN.instances)
    seen = replace(SEEN, records=(), discovered=ids)
    assert problems(seen, registry=HTTP) == []
    assert problems(replace(seen, discovered=ids - {"id-10.0.9.4"}), registry=HTTP) == [
        "10.0.9.4: missing in DiscoverInstances"
    ]
    assert problems(replace(seen, discovered=ids | {"gone"}), registry=HTTP) == [
        "instance gone: in DiscoverInstances, but not registered any more"
    ]


def test_a_service_without_a_registry_is_said_and_no_problem() -> None:
    check = replace(checked(SEEN, service=replace(SERVICE, registry_arns=())), registries=())
    assert check.problems == ()
    assert check.notes == (
        "it has no service registry: Cloud Map and Route 53 know nothing of its tasks",
    )


def test_every_problem_says_what_to_do() -> None:
    worst = Observation(SEEN.tasks[:1], SEEN.instances[1:], (record("10.0.0.1"),))
    found = checked(worst).problems
    assert len(found) > 4
    assert all(each.advice for each in found)
