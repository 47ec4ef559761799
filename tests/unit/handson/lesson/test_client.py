# SPDX-License-Identifier: Apache-2.0
"""Each kind of client: when it asks DNS, what it calls, and what it does when that fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import pytest

from handson.lesson.behaviours import (
    ASKS_AGAIN,
    ASKS_EACH_TIME,
    BEHAVIOURS,
    FOR_EVER,
    HONOURS_TTL,
    TRIES_NEXT,
    Behaviour,
)
from handson.lesson.calls import Outcome
from handson.lesson.client import Answer, Client

A, B, C = (IPv4Address(f"10.0.8.{last}") for last in (4, 5, 6))
TTL, NEGATIVE = 60, 300


@dataclass
class World:
    """What DNS says, who answers, and what time it is; remembers what was asked and called."""

    published: Sequence[IPv4Address] = (A, B)
    alive: set[IPv4Address] = field(default_factory=lambda: {A, B})
    now: float = 0.0
    asked: int = 0
    called: list[IPv4Address] = field(default_factory=list)

    def ask(self) -> Answer:
        self.asked += 1
        return Answer(tuple(self.published), TTL if self.published else NEGATIVE)

    def get(self, address: IPv4Address) -> Outcome:
        self.called.append(address)
        return Outcome.PAGE if address in self.alive else Outcome.NOBODY

    def client(self, behaviour: Behaviour) -> Client:
        return Client(behaviour, self.ask, self.get, lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_every_client_calls_the_addresses_in_turn(world: World, behaviour: Behaviour) -> None:
    client = world.client(behaviour)
    outcomes = [client.call().outcome for _ in range(4)]
    assert outcomes == [Outcome.PAGE] * 4
    assert world.called == [A, B, A, B]


@pytest.mark.parametrize(
    ("behaviour", "asked"),
    [(HONOURS_TTL, 1), (FOR_EVER, 1), (ASKS_EACH_TIME, 3), (TRIES_NEXT, 1), (ASKS_AGAIN, 1)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_within_the_ttl_only_one_kind_asks_more_than_once(
    world: World, behaviour: Behaviour, asked: int
) -> None:
    client = world.client(behaviour)
    results = [client.call() for _ in range(3)]
    assert world.asked == asked
    assert [each.asked for each in results] == [True] + [asked > 1] * 2


@pytest.mark.parametrize(
    ("behaviour", "asks_again"),
    [(HONOURS_TTL, True), (FOR_EVER, False), (TRIES_NEXT, True)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_after_the_ttl_all_ask_again_but_the_one_that_keeps_for_ever(
    world: World, behaviour: Behaviour, asks_again: bool
) -> None:
    client = world.client(behaviour)
    client.call()
    world.published = (C,)
    world.now = TTL
    assert client.call().held == ((C,) if asks_again else (A, B))


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [(HONOURS_TTL, NEGATIVE), (TRIES_NEXT, NEGATIVE), (ASKS_AGAIN, NEGATIVE), (FOR_EVER, 10)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_no_such_name_is_remembered_too(world: World, behaviour: Behaviour, seconds: int) -> None:
    world.published = ()
    client = world.client(behaviour)
    assert client.call().outcome is Outcome.NO_NAME
    world.published = (A,)
    world.now = seconds - 0.001
    assert client.call().outcome is Outcome.NO_NAME
    world.now = seconds
    assert client.call().outcome is Outcome.PAGE
    assert world.called == [A]


def test_who_asks_each_time_finds_a_new_name_at_once(world: World) -> None:
    world.published = ()
    client = world.client(ASKS_EACH_TIME)
    assert client.call().outcome is Outcome.NO_NAME
    world.published = (A,)
    assert client.call().outcome is Outcome.PAGE


def test_a_call_of_an_address_that_has_gone_fails_without_another_attempt(world: World) -> None:
    world.alive = {B}
    result = world.client(HONOURS_TTL).call()
    assert (result.outcome, result.tried) == (Outcome.NOBODY, (A,))


def test_the_next_address_of_the_answer_is_tried(world: World) -> None:
    world.alive = {B}
    result = world.client(TRIES_NEXT).call()
    assert (result.outcome, result.tried) == (Outcome.PAGE, (A, B))


def test_a_next_address_does_not_help_when_all_have_gone(world: World) -> None:
    client = world.client(TRIES_NEXT)
    client.call()
    world.published, world.alive = (C,), {C}
    result = client.call()
    assert (result.outcome, set(result.tried)) == (Outcome.NOBODY, {A, B})
    assert world.asked == 1


def test_to_ask_dns_again_helps_then(world: World) -> None:
    client = world.client(ASKS_AGAIN)
    client.call()
    world.published, world.alive = (C,), {C}
    result = client.call()
    assert result.outcome is Outcome.PAGE
    assert result.tried[-1] == C
    assert result.held == (C,)
    assert client.call().tried == (C,), "the new answer is kept"


def test_dns_is_asked_once_for_a_call_when_its_fresh_answer_does_not_help(world: World) -> None:
    world.alive = set()
    assert world.client(ASKS_AGAIN).call().outcome is Outcome.NOBODY
    assert world.asked == 1
