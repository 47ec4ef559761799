# SPDX-License-Identifier: Apache-2.0
"""The table fits 80 columns, shows what differs first, and stays short for hundreds."""

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from ipaddress import IPv4Address

import pytest
from rich.console import Console

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.observation import (
    Address,
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)
from cloudmap_harness.discovery.summary import ROWS
from cloudmap_harness.discovery.table import Figures, figures, show
from cloudmap_harness.discovery.vpc_client import HttpReply
from tests.unit.cloudmap_harness.discovery.layers import NAME, REGISTRY, checked

TITLE = f"web.example.internal on local (http://127.0.0.1:4566), {'x' * 60}"


def seen(count: int) -> Observation:
    """`count` addresses, alike in all layers."""
    numbers = range(4, 4 + count)
    base = IPv4Address("10.0.8.0")
    return Observation(
        tuple(ObservedTask(f"{n:032x}", "RUNNING", base + n, f"eni-{n}", "a") for n in numbers),
        tuple(ObservedInstance(f"{n:032x}", base + n) for n in numbers),
        tuple(ObservedRecord(NAME, base + n, 300, f"{n:032x}", True) for n in numbers),
    )


def printed(
    desired: int, observation: Observation, pages: Mapping[Address, HttpReply] | None = None
) -> list[str]:
    return shown(checked(observation, desired=desired), pages)


def shown(
    check: ServiceCheck,
    pages: Mapping[Address, HttpReply] | None = None,
    former: Figures | None = None,
) -> list[str]:
    console = Console(file=StringIO(), width=80, force_terminal=False)
    show(console, TITLE, check, pages=pages, former=former)
    assert isinstance(console.file, StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    whole = [TITLE, *(f"  {each}; {each.advice}" for each in check.problems)]
    assert all(len(line) <= 80 for line in lines if line not in whole)
    assert "\x1b" not in "".join(lines)
    return [line for line in lines if line]


def cells(line: str) -> list[str]:
    return line.split()


def test_a_converged_deployment_is_called_so() -> None:
    lines = printed(2, seen(2))
    assert lines[0] == TITLE
    assert cells(lines[1]) == ["desired", "running", "instances", "records"]
    assert cells(lines[3]) == ["2", "2", "2", "2", "converged"]
    assert cells(lines[4]) == ["address", "task", "instance", "A", "record", "TTL"]
    assert cells(lines[6]) == [
        "10.0.8.4",
        *["000000000000", "RUNNING"],
        *["000000000000"] * 2,
        "300",
    ]
    assert len(lines) == 8


def test_a_missing_record_is_missing_in_its_row_and_told_below() -> None:
    observation = replace(seen(2), records=seen(1).records)
    lines = printed(2, observation)
    assert cells(lines[3])[-2:] == ["not", "converged"]
    assert cells(lines[7]) == ["10.0.8.5", "000000000000", "RUNNING", "000000000000", "missing"]
    (problem,) = lines[8:]
    assert problem.startswith("  10.0.8.5: missing in A records; wait if a change is in progress")


def test_none_is_converged_and_has_no_rows() -> None:
    lines = printed(0, seen(0))
    assert cells(lines[-1]) == ["0", "0", "0", "0", "converged"]


def test_hundreds_that_agree_are_cut_short() -> None:
    lines = printed(350, seen(350))
    assert lines[-1] == f"and {350 - ROWS} addresses more that agree"
    assert len(lines) == 6 + ROWS + 1


def test_what_differs_is_shown_before_what_agrees() -> None:
    observation = seen(350)
    lines = printed(350, replace(observation, instances=observation.instances[:-1]))
    assert any(line.split()[0] == "10.0.9.97" and "missing" in line for line in lines[6 : 6 + ROWS])


def test_a_task_that_starts_has_no_address_yet() -> None:
    observation = Observation((ObservedTask("0" * 32, "PROVISIONING", None, None, None),), (), ())
    assert any("none yet" in line and "PROVISIONING" in line for line in printed(1, observation))


def test_each_address_has_what_it_answered_when_somebody_looked() -> None:
    observation = seen(3)
    hosts = [record.address for record in observation.records]
    pages = [HttpReply("", 200), HttpReply("", 504), HttpReply("", None)]
    lines = printed(3, observation, dict(zip(hosts, pages, strict=True)))
    assert cells(lines[4])[-1] == "HTTP"
    assert [cells(line)[-1] for line in lines[6:9]] == ["200", "504", "none"]
    assert cells(printed(3, observation)[4])[-1] == "TTL"


def test_an_address_that_does_not_answer_is_shown_before_those_that_do() -> None:
    observation = seen(350)
    last = observation.records[-1].address
    pages: dict[Address, HttpReply] = {
        record.address: HttpReply("", 200) for record in observation.records
    }
    lines = printed(350, observation, pages | {last: HttpReply("", 502)})
    assert any(cells(line)[0] == str(last) for line in lines[6 : 6 + ROWS])


def test_srv_records_and_http_services_have_columns_of_their_own() -> None:
    base = seen(1)
    id_, host = base.tasks[0].id, f"{base.tasks[0].id}.{NAME}"
    target = ObservedTarget(NAME, 80, host, 60, id_, True)
    srv = replace(base, records=(replace(base.records[0], name=host, ttl=60),), targets=(target,))
    lines = shown(checked(srv, desired=1, registry=replace(REGISTRY, ttls={"SRV": 60})))
    assert cells(lines[4])[3:] == ["SRV", "record", "TTL"]
    assert cells(lines[6])[-2:] == [id_[:12], "60"]
    http = replace(base, records=(), discovered=frozenset({id_}))
    registry = replace(REGISTRY, hosted_zone_id=None, ttls={})
    lines = shown(checked(http, desired=1, registry=registry))
    assert cells(lines[1]) == ["desired", "running", "instances", "discovered"]
    assert cells(lines[4])[-1] == "discovered"
    assert cells(lines[6])[-1] == id_[:12]


def test_each_of_several_registries_has_its_table() -> None:
    check = checked(seen(1), desired=1)
    lines = shown(replace(check, registries=check.registries * 2))
    assert [line for line in lines if line == NAME.rstrip(".")] == [NAME.rstrip(".")] * 2


def test_a_number_that_differs_has_the_former_one_below_it() -> None:
    former = figures(checked(replace(seen(1), instances=()), desired=1))
    lines = shown(checked(seen(200), desired=200), former=former)
    assert cells(lines[3]) == [*["200"] * 4, "converged"]
    was = ["was", "1", "was", "1", "was", "0", "was", "1", "was", "not", "converged"]
    assert cells(lines[4]) == was


def test_numbers_that_are_as_they_were_have_nothing_below_them() -> None:
    former = figures(checked(seen(2), desired=2))
    assert shown(checked(seen(2), desired=2), former=former) == printed(2, seen(2))
    former = figures(checked(seen(1), desired=2))
    assert cells(shown(checked(seen(2), desired=2), former=former)[4]) == [
        *["was", "1"] * 3,
        *["was", "not", "converged"],
    ]


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_cuts_no_address(width: int) -> None:
    console = Console(file=StringIO(), width=width, force_terminal=False)
    show(console, "web", checked(seen(12), desired=12))
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    addresses = [cells(line)[0] for line in lines if line.startswith(" 10.")]
    assert addresses == [f"10.0.8.{number}" for number in range(4, 16)]


@pytest.mark.parametrize(("abridged", "lines"), [(True, 21), (False, 25)])
def test_many_problems_are_all_there_unless_abridged(abridged: bool, lines: int) -> None:
    console = Console(file=StringIO(), width=80, force_terminal=False)
    observation = replace(seen(25), records=())
    show(console, "web", checked(observation, desired=25), rows=False, abridged=abridged)
    assert isinstance(console.file, StringIO)
    told = console.file.getvalue().splitlines()
    assert len([line for line in told if line.startswith(("  10.", "  and 5 more"))]) == lines
