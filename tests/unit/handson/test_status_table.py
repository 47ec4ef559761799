# SPDX-License-Identifier: Apache-2.0
"""The status table fits 80 columns, shows what differs first, and stays short for hundreds."""

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from ipaddress import IPv4Address, IPv4Network

from rich.console import Console

from cloudmap_harness.discovery.convergence import Convergence
from cloudmap_harness.discovery.probes import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.vpc_client import HttpReply
from handson.status_table import ROWS, show

NAME = "web.example.internal."
CHECK = Convergence(0, NAME, 300, (IPv4Network("10.0.8.0/23"),))
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
    desired: int, observation: Observation, pages: Mapping[IPv4Address, HttpReply] | None = None
) -> list[str]:
    console = Console(file=StringIO(), width=80, force_terminal=False)
    problems = replace(CHECK, desired=desired).problems(observation)
    show(console, TITLE, desired, observation, problems, pages)
    assert isinstance(console.file, StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert all(len(line) <= 80 for line in lines if line != TITLE)
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
    assert lines[8:] == ["  A records: 1 instead of 2", "  10.0.8.5: missing in A records"]


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
    pages = {record.address: HttpReply("", 200) for record in observation.records}
    lines = printed(350, observation, pages | {last: HttpReply("", 502)})
    assert any(cells(line)[0] == str(last) for line in lines[6 : 6 + ROWS])
