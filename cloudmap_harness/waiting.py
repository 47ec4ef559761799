# SPDX-License-Identifier: Apache-2.0
"""Waits by polling: the only module of the harness that sleeps."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from cloudmap_harness.errors import AwsError, WaitTimeout
from cloudmap_harness.passing_errors import may_pass

LOG = logging.getLogger(__name__)

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

    Raises WaitTimeout with the last reading. An AwsError that may pass does not end the wait, and
    how often that happened is logged; it is raised when it comes at the deadline. Every other error
    of `read` is raised at once.
    """
    started = clock()
    passed: Counter[str] = Counter()
    while True:
        failed: AwsError | None = None
        try:
            seen = read()
            found = problems(seen)
        except AwsError as error:
            if not may_pass(error):
                raise
            failed = error
            passed[error.code] += 1
        else:
            if not found:
                _tell(passed, expected)
                return seen
        elapsed = clock() - started
        if elapsed < timeout:
            sleep(min(interval, timeout - elapsed))
        elif failed is not None:
            failed.add_note(f"after {elapsed:.0f} s of waiting for {expected}")
            raise failed
        else:
            _tell(passed, expected)
            raise WaitTimeout(expected, seen, found, elapsed)


def every(interval: float) -> Iterator[None]:
    """Yields at once, and then again after each `interval` seconds, for ever."""
    while True:
        yield
        time.sleep(interval)


def _tell(passed: Counter[str], expected: str) -> None:
    """Says which errors have passed, and how often."""
    if passed:
        counted = ", ".join(f"{code} ({count} times)" for code, count in sorted(passed.items()))
        LOG.warning("while waiting for %s, errors have passed: %s", expected, counted)
