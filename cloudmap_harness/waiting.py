# SPDX-License-Identifier: Apache-2.0
"""Waits by polling: the only module of the harness that sleeps."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from cloudmap_harness.errors import WaitTimeout

T = TypeVar("T")


def wait_for(
    read: Callable[[], T],
    problems: Callable[[T], Sequence[str]],
    *,
    expected: str,
    timeout: float,
    interval: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Returns the first reading without problems; the last reading is made at the deadline.

    Raises WaitTimeout with the last reading. An error that `read` raises is not retried: boto3 has
    already repeated the calls that can succeed later.
    """
    started = clock()
    while True:
        seen = read()
        found = problems(seen)
        if not found:
            return seen
        elapsed = clock() - started
        if elapsed >= timeout:
            raise WaitTimeout(expected, seen, found, elapsed)
        sleep(min(interval, timeout - elapsed))
