# SPDX-License-Identifier: Apache-2.0
"""The cache honours a lifetime to its edge, keeps nothing for 0 s, and for ever when told to."""

import math
from ipaddress import IPv4Address

import pytest

from handson.lesson.cache import Cache

SOME = (IPv4Address("10.0.8.4"), IPv4Address("10.0.9.4"))


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> Cache:
    return Cache(clock)


def test_an_empty_cache_has_no_answer(cache: Cache) -> None:
    assert cache.get() is None


def test_an_answer_is_kept_until_its_lifetime_is_over_and_no_longer(
    cache: Cache, clock: Clock
) -> None:
    cache.keep(SOME, 60)
    clock.now += 59.999
    assert cache.get() == SOME
    clock.now += 0.001
    assert cache.get() is None


def test_a_lifetime_of_0_keeps_nothing(cache: Cache) -> None:
    cache.keep(SOME, 0)
    assert cache.get() is None


def test_an_infinite_lifetime_never_ends(cache: Cache, clock: Clock) -> None:
    cache.keep(SOME, math.inf)
    clock.now += 1e12
    assert cache.get() == SOME


def test_that_there_is_no_address_is_an_answer_too(cache: Cache, clock: Clock) -> None:
    cache.keep((), 300)
    assert cache.get() == ()
    clock.now += 300
    assert cache.get() is None


def test_a_new_answer_replaces_the_old_one_and_its_lifetime(cache: Cache, clock: Clock) -> None:
    cache.keep(SOME, math.inf)
    cache.keep(SOME[:1], 10)
    assert cache.get() == SOME[:1]
    clock.now += 10
    assert cache.get() is None


def test_a_forgotten_answer_is_gone_before_its_time(cache: Cache) -> None:
    cache.keep(SOME, 60)
    cache.forget()
    assert cache.get() is None
