# SPDX-License-Identifier: Apache-2.0
"""What a client makes of the resolver's answers and the bastion's replies."""

import json
from ipaddress import IPv4Address
from typing import cast

import pytest

from cloudmap_harness.discovery.vpc_client import DnsAnswer, HttpReply, VpcClient
from handson.errors import HandsonError
from handson.lesson.calls import Outcome
from handson.lesson.client import Answer
from handson.lesson.vpc_calls import ask, outcome_of

A, B = IPv4Address("10.0.8.4"), IPv4Address("10.0.9.4")


class Resolver:
    """Stands for the VPC: it has one answer."""

    def __init__(self, answer: DnsAnswer) -> None:
        self._answer = answer

    def resolve(self, name: str) -> DnsAnswer:
        assert name == "web.lesson.internal"
        return self._answer


def asked(answer: DnsAnswer) -> Answer:
    return ask(cast(VpcClient, Resolver(answer)), "web.lesson.internal")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (DnsAnswer("NOERROR", (A, B), frozenset({60})), Answer((A, B), 60)),
        (DnsAnswer("NOERROR", (A,), frozenset({0})), Answer((A,), 0)),
        (DnsAnswer("NXDOMAIN", negative_ttl=300), Answer((), 300)),
        (DnsAnswer("NOERROR", negative_ttl=15), Answer((), 15)),
        (DnsAnswer("NXDOMAIN"), Answer((), 0)),
    ],
)
def test_an_answer_lives_as_long_as_dns_says(answer: DnsAnswer, expected: Answer) -> None:
    assert asked(answer) == expected


def test_a_silent_resolver_is_an_error_and_no_answer() -> None:
    with pytest.raises(HandsonError, match="web.lesson.internal: no answer from 127.0.0.1:1"):
        asked(DnsAnswer(failure="no answer from 127.0.0.1:1: timed out"))


def whoami(image: str) -> str:
    return json.dumps({"task": "t", "image": image})


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, whoami("web:2"), Outcome.PAGE),
        (200, whoami("web-2:1"), Outcome.STRANGER),
        (502, "bastion: /: connection to 10.0.8.4:80 refused: nothing listens", Outcome.REFUSED),
        (502, "bastion: /: nobody has the address 10.0.8.4\n", Outcome.NOBODY),
        (502, "bastion: /: 10.0.8.4 closed the connection: ...", Outcome.BROKEN),
    ],
)
def test_the_bastions_reply_says_who_is_at_an_address(
    status: int, body: str, outcome: Outcome
) -> None:
    assert outcome_of(HttpReply(str(A), status, body), "web") is outcome


def test_a_bastion_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(HandsonError, match="by way of"):
        outcome_of(HttpReply(str(A), None, failure="no answer by way of http://x"), "web")
