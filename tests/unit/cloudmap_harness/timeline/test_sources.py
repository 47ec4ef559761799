# SPDX-License-Identifier: Apache-2.0
"""Polling notes what differs from look to look, and looks a last time when it is stopped."""

from collections.abc import Callable
from threading import Event as Flag

import pytest

from cloudmap_harness.discovery.check import Look
from cloudmap_harness.errors import AwsError
from cloudmap_harness.timeline.looks import NOTHING
from cloudmap_harness.timeline.sources import Polling
from tests.unit.cloudmap_harness.discovery.layers import agreeing, checked

ONE = Look((checked(agreeing("10.0.8.4")),), {})
ERROR = AwsError("ListTasks", "ThrottlingException", "slow down", 400)


def polled(*looks: Look | AwsError) -> Callable[[], list[tuple[str, str]]]:
    """A recording of these looks, the last of which is repeated; returns how to end it."""
    every, over = iter(looks), Flag()
    last: list[Look | AwsError] = []

    def read() -> Look:
        last[:] = [next(every, last[0] if last else NOTHING)]
        if last[0] is looks[-1]:
            over.set()
        if isinstance(last[0], AwsError):
            raise last[0]
        return last[0]

    polling = Polling(read, "aws", 0.01)
    polling.start()
    assert over.wait(10)
    return lambda: [(event.layer, event.what) for event in polling.stop()]


def test_what_came_and_went_between_looks_is_noted_once() -> None:
    found = polled(NOTHING, ONE, ONE, Look((), {}))()
    assert found.count(("record", "came")) == found.count(("record", "went")) == 1


def test_a_look_that_fails_is_made_again() -> None:
    found = polled(NOTHING, ERROR, ONE)()
    assert ("task", "RUNNING") in found


def test_when_no_look_succeeds_the_error_is_raised() -> None:
    with pytest.raises(AwsError, match="slow down"):
        polled(ERROR)()
