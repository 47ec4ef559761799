# SPDX-License-Identifier: Apache-2.0
"""DNS answers and pages are compared with the expectation, and each difference is named."""

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
    return VpcExpectation(NAME, addresses(*last), ttl=300, port=80, page_text="It works!")


def answer(*last: int, ttl: int = 300) -> DnsAnswer:
    return DnsAnswer("NOERROR", addresses(*last), frozenset({ttl}))


def test_expected_answers_and_pages_have_no_problems() -> None:
    assert expectation(4, 5).dns_problems([answer(4, 5)] * 4) == []
    assert expectation(4, 5).http_problems([HttpReply("10.0.8.4", 200, WORKS)]) == []


def test_a_name_without_records_does_not_exist() -> None:
    assert expectation().dns_problems([DnsAnswer("NXDOMAIN")]) == []
    assert expectation().dns_problems([DnsAnswer("NOERROR"), DnsAnswer("NOERROR")]) == [
        f"{NAME}: NOERROR instead of NXDOMAIN"
    ]


def test_an_answer_has_at_most_eight_addresses() -> None:
    many = expectation(*range(4, 13))
    assert many.dns_problems([answer(*range(4, 12)), answer(*range(5, 13))]) == []
    assert many.dns_problems([answer(*range(4, 13))]) == [
        f"{NAME}: 9 addresses in an answer instead of 8"
    ]


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        (
            [answer(4), answer(4)],
            [
                f"{NAME}: 1 addresses in an answer instead of 2",
                f"10.0.8.5: in none of 2 answers for {NAME}",
            ],
        ),
        (
            [answer(4, 6), answer(4, 5)],
            [f"10.0.8.6: in an answer for {NAME}, but not in its records"],
        ),
        ([answer(4, 5, ttl=60)], [f"{NAME}: TTL [60] instead of [300]"]),
        (
            [answer(4, 5), DnsAnswer(failure="no answer from 127.0.0.1:1: timed out")],
            [f"{NAME}: no answer from 127.0.0.1:1: timed out"],
        ),
    ],
)
def test_a_wrong_answer_is_reported_with_its_address(
    answers: list[DnsAnswer], problems: list[str]
) -> None:
    assert expectation(4, 5).dns_problems(answers) == problems


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (HttpReply("10.0.8.4", 504, "timed out\nmore"), "http://10.0.8.4/: HTTP 504: timed out"),
        (HttpReply(NAME, 200, "<h1>nginx</h1>"), f"http://{NAME}/: HTTP 200: <h1>nginx</h1>"),
        (HttpReply("10.0.8.4", None, failure="no answer"), "http://10.0.8.4/: no answer"),
    ],
)
def test_a_wrong_page_is_reported_with_its_url(reply: HttpReply, problem: str) -> None:
    good = HttpReply("10.0.8.4", 200, WORKS)
    assert expectation(4).http_problems([reply, good]) == [problem]


def test_hundreds_of_problems_are_abridged() -> None:
    error = VpcAccessFailed(NAME, [f"problem {number}" for number in range(100)])
    lines = str(error).splitlines()
    assert lines[0] == f"{NAME}, seen from inside the VPC:"
    assert lines[-1] == "  and 80 more"
    assert len(lines) == 22
    assert len(error.problems) == 100


@pytest.mark.parametrize("count", [9, 16, 350, 1000])
def test_no_address_is_missed_by_bad_luck(count: int) -> None:
    queries = queries_needed(count)
    assert count * (1 - 8 / count) ** queries <= MISS_PROBABILITY
    assert count * (1 - 8 / count) ** (queries - 1) > MISS_PROBABILITY


def test_few_addresses_need_few_queries() -> None:
    assert {queries_needed(count) for count in range(9)} == {4}
    assert queries_needed(350) < 1200
    assert math.isclose(queries_needed(1000), 3440, rel_tol=0.02)
