# SPDX-License-Identifier: Apache-2.0
"""How a test waits for another process or thread: it reads until the value is as expected."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def eventually(
    read: Callable[[], T],
    done: Callable[[T], bool] = bool,
    *,
    what: str = "the value",
    within: float = 20.0,
) -> T:
    """Returns the first value that ``done`` accepts; fails the test after ``within`` seconds.

    The limit only ends a wait that hangs: set it far beyond what the wait takes.
    """
    deadline = time.monotonic() + within
    while not done(value := read()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} is not as expected after {within:.0f} s; last seen: {value!r}")
        time.sleep(0.01)
    return value
