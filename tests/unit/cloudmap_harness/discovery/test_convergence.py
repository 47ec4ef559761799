# SPDX-License-Identifier: Apache-2.0
"""The check names, address by address, the layer that differs."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from cloudmap_harness.discovery.convergence import (
    LAYERS,
    NO_ADDRESS,
    Convergence,
    addresses_by_layer,
)
from cloudmap_harness.discovery.probes import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)

NAME = "web.example.internal."
CONVERGENCE = Convergence(2, NAME, 300, (IPv4Network("10.0.8.0/24"), IPv4Network("10.0.9.0/24")))
ADDRESSES = ("10.0.8.4", "10.0.9.4")


def task(address: str, status: str = "RUNNING") -> ObservedTask:
    return ObservedTask(f"id-{address}", status, IPv4Address(address), f"eni-{address}", "a")


def instance(address: str) -> ObservedInstance:
    return ObservedInstance(f"id-{address}", IPv4Address(address))


def record(address: str) -> ObservedRecord:
    return ObservedRecord(NAME, IPv4Address(address), 300, f"id-{address}", True)


CONVERGED = Observation(
    tuple(map(task, ADDRESSES)), tuple(map(instance, ADDRESSES)), tuple(map(record, ADDRESSES))
)


def test_layers_that_agree_have_no_problems() -> None:
    assert CONVERGENCE.problems(CONVERGED) == []


def test_a_desired_count_of_zero_is_checked_like_any_other() -> None:
    assert replace(CONVERGENCE, desired=0).problems(Observation((), (), ())) == []
    assert replace(CONVERGENCE, desired=0).problems(replace(CONVERGED, tasks=(), instances=())) == [
        "A records: 2 instead of 0",
        "10.0.8.4: missing in running tasks",
        "10.0.8.4: missing in Cloud Map instances",
        "10.0.9.4: missing in running tasks",
        "10.0.9.4: missing in Cloud Map instances",
    ]


def test_the_layer_without_an_address_is_named() -> None:
    assert CONVERGENCE.problems(replace(CONVERGED, records=CONVERGED.records[:1])) == [
        "A records: 1 instead of 2",
        "10.0.9.4: missing in A records",
    ]


def test_equal_counts_of_unequal_addresses_do_not_pass() -> None:
    other = replace(CONVERGED, records=(record("10.0.8.4"), record("10.0.9.5")))
    assert CONVERGENCE.problems(other) == [
        "10.0.9.4: missing in A records",
        "10.0.9.5: missing in running tasks",
        "10.0.9.5: missing in Cloud Map instances",
    ]


def test_an_address_counts_once_in_a_layer() -> None:
    twice = replace(CONVERGED, records=(record("10.0.8.4"), record("10.0.8.4")))
    assert CONVERGENCE.problems(twice) == [
        "10.0.8.4: 2 times in A records",
        "10.0.9.4: missing in A records",
    ]


def test_only_a_running_task_counts() -> None:
    starting = replace(CONVERGED, tasks=(task("10.0.8.4"), task("10.0.9.4", "ACTIVATING")))
    assert CONVERGENCE.problems(starting) == [
        "running tasks: 1 instead of 2",
        "10.0.9.4: missing in running tasks",
        "tasks still ACTIVATING: 1",
    ]


def test_an_address_outside_the_private_subnets_is_a_problem() -> None:
    layers = Observation(
        tuple(map(task, ("10.0.0.4", "10.0.8.4"))),
        tuple(map(instance, ("10.0.0.4", "10.0.8.4"))),
        tuple(map(record, ("10.0.0.4", "10.0.8.4"))),
    )
    where = "outside the private subnets 10.0.8.0/24, 10.0.9.0/24"
    assert CONVERGENCE.problems(layers) == [
        f"10.0.0.4: in running tasks, {where}",
        f"10.0.0.4: in Cloud Map instances, {where}",
        f"10.0.0.4: in A records, {where}",
    ]


def test_an_instance_has_its_tasks_id_and_a_record_its_instances() -> None:
    stranger = replace(CONVERGED.instances[0], id="other")
    assert CONVERGENCE.problems(
        replace(CONVERGED, instances=(stranger, CONVERGED.instances[1]))
    ) == [
        "10.0.8.4: instance other, but task id-10.0.8.4",
        "10.0.8.4: SetIdentifier id-10.0.8.4, but instance other",
    ]


def test_records_are_checked_in_full() -> None:
    wrong = ObservedRecord("x.example.internal.", IPv4Address("10.0.8.4"), 60, "id-10.0.8.4", False)
    assert CONVERGENCE.problems(replace(CONVERGED, records=(wrong, CONVERGED.records[1]))) == [
        "10.0.8.4: record x.example.internal. instead of web.example.internal.",
        "10.0.8.4: TTL 60 instead of 300",
        "10.0.8.4: record without MultiValueAnswer",
    ]


def test_hundreds_of_problems_are_abridged() -> None:
    many = [f"10.0.8.{last}" for last in range(1, 201)]
    lines = replace(CONVERGENCE, desired=200).problems(
        Observation(tuple(map(task, many)), tuple(map(instance, many)), ())
    )
    assert lines[:2] == ["A records: 0 instead of 200", "10.0.8.1: missing in A records"]
    assert lines[-1] == "and 181 more"
    assert len(lines) == 21


def test_a_task_without_an_interface_has_no_address() -> None:
    bare = ObservedTask("id", "RUNNING", None, None, None)
    assert replace(CONVERGENCE, desired=1, networks=()).problems(Observation((bare,), (), ()))[
        :2
    ] == [
        "Cloud Map instances: 0 instead of 1",
        "A records: 0 instead of 1",
    ]
    assert addresses_by_layer(Observation((bare,), (), ())) == dict(
        zip(LAYERS, [{NO_ADDRESS: 1}, {}, {}], strict=True)
    )
