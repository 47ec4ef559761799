# SPDX-License-Identifier: Apache-2.0
"""What is promised inside the VPC is held against answers and pages; each fault is named."""

import math
from ipaddress import IPv4Address

import pytest

from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import (
    MISS_PROBABILITY,
    DnsAnswer,
    HttpReply,
    queries_needed,
)
from cloudmap_harness.errors import VpcAccessFailed

NAME = "web.example.internal"
WORKS = "<html><body><h1>It works!</h1></body></html>\n"


def addresses(*last: int) -> tuple[IPv4Address, ...]:
    return tuple(IPv4Address("10.0.8.0") + number for number in last)


def expectation(*last: int) -> VpcExpectation:
    return VpcExpectation(NAME, addresses(*last), ttl=300, port=80, words="It works!")


def answer(*last: int, ttl: int = 300) -> DnsAnswer:
    return DnsAnswer("NOERROR", addresses(*last), frozenset({ttl}))


def test_all_as_promised_is_nothing_amiss() -> None:
    assert expectation(4, 5).dns_problems([answer(4, 5)] * 4) == []
    assert expectation(4, 5).http_problems([HttpReply("10.0.8.4", 200, WORKS)]) == []


def test_no_records_are_no_such_name() -> None:
    assert expectation().dns_problems([DnsAnswer("NXDOMAIN")]) == []
    assert expectation().dns_problems([DnsAnswer("NOERROR"), DnsAnswer("NOERROR")]) == [
        f"{NAME}: NOERROR instead of NXDOMAIN"
    ]


def test_of_more_than_eight_an_answer_has_eight() -> None:
    many = expectation(*range(4, 13))
    assert many.dns_problems([answer(*range(4, 12)), answer(*range(5, 13))]) == []
    assert many.dns_problems([answer(*range(4, 13))]) == [
        f"{NAME}: 9 addresses at once instead of 8"
    ]


@pytest.mark.parametrize(
    ("answers", "problems"),
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
            [answer(4, 5), DnsAnswer(failure="no answer from 127.0.0.1:1: timed out")],
            [f"{NAME}: no answer from 127.0.0.1:1: timed out"],
        ),
    ],
)
def test_a_wrong_answer_is_told_with_its_address(
    answers: list[DnsAnswer], problems: list[str]
) -> None:
    assert expectation(4, 5).dns_problems(answers) == problems


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (HttpReply("10.0.8.4", 504, "timed out\nmore"), "http://10.0.8.4/: HTTP 504: timed out"),
        (HttpReply(NAME, 200, "<h1>nginx</h1>"), f"http://{NAME}/: HTTP 200: <h1>nginx</h1>"),
        (HttpReply("10.0.8.4", None, failure="no answer"), "http://10.0.8.4/: no answer"),
    ],
)
def test_a_page_that_does_not_work_is_told_with_its_address(page: HttpReply, told: str) -> None:
    assert expectation(4).http_problems([page, HttpReply("10.0.8.4", 200, WORKS)]) == [told]


def test_hundreds_of_faults_are_cut_short() -> None:
    error = VpcAccessFailed(NAME, [f"fault {number}" for number in range(100)])
    lines = str(error).splitlines()
    assert lines[0] == f"{NAME}, seen from inside the VPC:"
    assert lines[-1] == "  and 80 more"
    assert len(lines) == 22
    assert len(error.problems) == 100


@pytest.mark.parametrize("count", [9, 16, 350, 1000])
def test_no_address_is_missed_by_chance(count: int) -> None:
    asked = queries_needed(count)
    assert count * (1 - 8 / count) ** asked <= MISS_PROBABILITY
    assert count * (1 - 8 / count) ** (asked - 1) > MISS_PROBABILITY


def test_few_addresses_take_few_queries() -> None:
    assert {queries_needed(count) for count in range(9)} == {4}
    assert queries_needed(350) < 1200
    assert math.isclose(queries_needed(1000), 3440, rel_tol=0.02)
