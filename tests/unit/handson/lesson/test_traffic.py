# SPDX-License-Identifier: Apache-2.0
"""Calls at a steady rate, until the block ends or one of them raises an error."""

from threading import Event

import pytest

from handson.errors import HandsonError
from handson.lesson.traffic import Traffic


def test_each_action_is_repeated_until_the_block_ends() -> None:
    often = [Event(), Event()]
    counts = [0, 0]

    def action(number: int) -> None:
        counts[number] += 1
        if counts[number] >= 3:
            often[number].set()

    with Traffic([lambda: action(0), lambda: action(1)], 0.001):
        assert all(each.wait(30) for each in often)
    ended = list(counts)
    assert counts == ended and min(counts) >= 3


def test_an_error_of_an_action_ends_the_wait() -> None:
    def fail() -> None:
        raise HandsonError("no answer")

    with (
        pytest.raises(HandsonError, match="no answer"),
        Traffic([fail, lambda: None], 0.001) as traffic,
    ):
        traffic.wait(30)


def test_a_wait_that_is_due_already_returns_at_once() -> None:
    with Traffic([], 1.0) as traffic:
        traffic.wait(-5)
