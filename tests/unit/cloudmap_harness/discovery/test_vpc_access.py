# SPDX-License-Identifier: Apache-2.0
"""What is promised inside the VPC is held against answers and pages; each fault is named."""

import math
from ipaddress import IPv4Address

import pytest

from cloudmap_harness.discovery.vpc_access import Promise
from cloudmap_harness.discovery.vpc_client import MISS, Answer, Page, queries
from cloudmap_harness.errors import PromiseBroken

NAME = "web.example.internal"
WORKS = "<html><body><h1>It works!</h1></body></html>\n"


def addresses(*last: int) -> tuple[IPv4Address, ...]:
    return tuple(IPv4Address("10.0.8.0") + number for number in last)


def promise(*last: int) -> Promise:
    return Promise(NAME, addresses(*last), ttl=300, port=80, words="It works!")


def answer(*last: int, ttl: int = 300) -> Answer:
    return Answer("NOERROR", addresses(*last), frozenset({ttl}))


def test_all_as_promised_is_nothing_amiss() -> None:
    assert promise(4, 5).misanswered([answer(4, 5)] * 4) == []
    assert promise(4, 5).failures([Page("10.0.8.4", 200, WORKS)]) == []


def test_no_records_are_no_such_name() -> None:
    assert promise().misanswered([Answer("NXDOMAIN")]) == []
    assert promise().misanswered([Answer("NOERROR"), Answer("NOERROR")]) == [
        f"{NAME}: NOERROR instead of NXDOMAIN"
    ]


def test_of_more_than_eight_an_answer_has_eight() -> None:
    many = promise(*range(4, 13))
    assert many.misanswered([answer(*range(4, 12)), answer(*range(5, 13))]) == []
    assert many.misanswered([answer(*range(4, 13))]) == [
        f"{NAME}: 9 addresses at once instead of 8"
    ]


@pytest.mark.parametrize(
    ("answers", "amiss"),
    [
        (
            [answer(4), answer(4)],
            [
                f"{NAME}: 1 addresses at once instead of 2",
                f"10.0.8.5: in none of 2 answers for {NAME}",
            ],
        ),
        (
            [answer(4, 6), answer(4, 5)],
            [f"10.0.8.6: answered for {NAME}, but no record"],
        ),
        ([answer(4, 5, ttl=60)], [f"{NAME}: TTL [60] instead of [300]"]),
        (
            [answer(4, 5), Answer(failure="no answer from 127.0.0.1:1: timed out")],
            [f"{NAME}: no answer from 127.0.0.1:1: timed out"],
        ),
    ],
)
def test_a_wrong_answer_is_told_with_its_address(answers: list[Answer], amiss: list[str]) -> None:
    assert promise(4, 5).misanswered(answers) == amiss


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (Page("10.0.8.4", 504, "timed out\nmore"), "http://10.0.8.4/: HTTP 504: timed out"),
        (Page(NAME, 200, "<h1>nginx</h1>"), f"http://{NAME}/: HTTP 200: <h1>nginx</h1>"),
        (Page("10.0.8.4", None, failure="no answer"), "http://10.0.8.4/: no answer"),
    ],
)
def test_a_page_that_does_not_work_is_told_with_its_address(page: Page, told: str) -> None:
    assert promise(4).failures([page, Page("10.0.8.4", 200, WORKS)]) == [told]


def test_hundreds_of_faults_are_cut_short() -> None:
    error = PromiseBroken(NAME, [f"fault {number}" for number in range(100)])
    lines = str(error).splitlines()
    assert lines[0] == f"{NAME}, seen from inside the VPC:"
    assert lines[-1] == "  and 80 more"
    assert len(lines) == 22
    assert len(error.amiss) == 100


@pytest.mark.parametrize("count", [9, 16, 350, 1000])
def test_no_address_is_missed_by_chance(count: int) -> None:
    asked = queries(count)
    assert count * (1 - 8 / count) ** asked <= MISS
    assert count * (1 - 8 / count) ** (asked - 1) > MISS


def test_few_addresses_take_few_queries() -> None:
    assert {queries(count) for count in range(9)} == {4}
    assert queries(350) < 1200
    assert math.isclose(queries(1000), 3440, rel_tol=0.02)
