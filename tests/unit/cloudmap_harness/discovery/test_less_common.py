# SPDX-License-Identifier: Apache-2.0
"""Less common shapes: capitals, two families of addresses, tasks of others, task sets."""

from dataclasses import replace
from ipaddress import IPv6Address, IPv6Network

import pytest

from cloudmap_harness.discovery.differences import Differences
from cloudmap_harness.discovery.ecs_services import TaskSet
from cloudmap_harness.discovery.observation import Observation
from tests.unit.cloudmap_harness.discovery.layers import (
    NETWORKS,
    REGISTRY,
    SERVICE,
    agreeing,
    instance,
    problems,
    record,
    task,
)

SEEN = agreeing("10.0.8.4", "10.0.9.4")


def test_names_in_capitals_are_those_in_route_53() -> None:
    capitals = replace(REGISTRY, name="Web", namespace="Example.Internal")
    assert problems(SEEN, registry=capitals) == []


def test_multivalue_under_weighted_routing_is_told() -> None:
    assert problems(SEEN, registry=replace(REGISTRY, multivalue=False)) == [
        f"{address}: record with MultiValueAnswer, which WEIGHTED routing has not"
        for address in ("10.0.8.4", "10.0.9.4")
    ]


FOUR, OTHER = IPv6Address("fd00::4"), IPv6Address("fd00::99")
DUAL = replace(REGISTRY, ttls={"A": 300, "AAAA": 300})


def dual_stack(of_task: IPv6Address | None, of_instance: IPv6Address | None) -> Observation:
    """A task with its instance and records, which have these addresses beside the IPv4 one."""
    seen = agreeing("10.0.8.4")
    records = [replace(record("10.0.8.4"), address=of_instance)] if of_instance else []
    return replace(
        seen,
        tasks=(replace(seen.tasks[0], ipv6=of_task),),
        instances=(replace(seen.instances[0], ipv6=of_instance),),
        records=(*seen.records, *records),
    )


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (dual_stack(FOUR, FOUR), []),
        (dual_stack(FOUR, OTHER), ["fd00::99: the instance's address, but its task has fd00::4"]),
        (dual_stack(FOUR, None), ["10.0.8.4: missing in AAAA records"]),
        (dual_stack(None, None), []),
    ],
)
def test_addresses_of_each_family_are_compared(seen: Observation, told: list[str]) -> None:
    service = replace(SERVICE, desired=1)
    networks = (*NETWORKS, IPv6Network("fd00::/64"))
    found = Differences(1, service, networks, DUAL, seen).problems()
    assert [*map(str, found)] == told


def test_a_task_without_ipv6_is_missing_where_nothing_else_is_published() -> None:
    seen = replace(dual_stack(None, None), records=())
    only = replace(REGISTRY, ttls={"AAAA": 300})
    assert problems(seen, desired=1, registry=only) == ["10.0.8.4: missing in AAAA records"]


def test_a_running_task_of_no_service_was_registered_by_hand() -> None:
    by_hand = task("10.0.9.9")
    seen = replace(SEEN, instances=(*SEEN.instances, instance("10.0.9.9")), others=(by_hand,))
    seen = replace(seen, records=(*SEEN.records, record("10.0.9.9")))
    assert problems(seen) == [
        "10.0.9.9: registered by hand, after the task id-10.0.9.9 of no service"
    ]


def test_a_running_task_of_a_service_of_that_name_in_another_cluster_is_left_to_it() -> None:
    other = replace(task("10.0.9.9"), cluster="green", service="web")
    seen = replace(SEEN, instances=(*SEEN.instances, instance("10.0.9.9")), others=(other,))
    seen = replace(seen, records=(*SEEN.records, record("10.0.9.9")))
    assert problems(seen) == []


def test_a_registry_has_the_tasks_of_its_own_task_sets() -> None:
    sets = (TaskSet("ecs-svc/1", 1, (REGISTRY.arn,)), TaskSet("ecs-svc/2", 1, ("another",)))
    blue, green = (replace(each, deployment=f"ecs-svc/{n}") for n, each in enumerate(SEEN.tasks, 1))
    seen = replace(agreeing("10.0.8.4"), tasks=(blue, green))
    assert problems(seen, desired=1, service=replace(SERVICE, task_sets=sets)) == []
