# SPDX-License-Identifier: Apache-2.0
"""The one place that waits."""

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
    """Read until nothing is amiss and return that reading; the last one is at the deadline.

    Raises WaitTimeout with the last reading. What `read` raises is not retried: boto3 has already
    repeated what can be repeated, and a denied access or an endpoint that is gone stays so.
    """
    began = clock()
    while True:
        seen = read()
        missing = problems(seen)
        if not missing:
            return seen
        elapsed = clock() - began
        if elapsed >= timeout:
            raise WaitTimeout(expected, seen, missing, elapsed)
        sleep(min(interval, timeout - elapsed))
