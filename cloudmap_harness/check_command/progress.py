# SPDX-License-Identifier: Apache-2.0
"""Says how far a look has come: on a terminal in its last line, in a log a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.live_line import doing, is_terminal

QUIET = 1.0
"""Seconds that a look may take without a word in a log."""
LOG_INTERVAL = 5.0


@contextmanager
def progress(stream: TextIO, aws: AwsClients) -> Iterator[Callable[[int, int], None]]:
    """Yields the function that a look calls with how many parts are done, and of how many."""
    next_line = time.monotonic() + QUIET
    logs = not is_terminal(stream)

    def tell(done: int, of: int) -> None:
        nonlocal next_line
        line = f"reading: {done} of {of} parts, {aws.calls.total()} calls"
        activity.say(line)
        now = time.monotonic()
        if logs and now >= next_line:
            next_line = now + LOG_INTERVAL
            stream.write(f"{line}\n")
            stream.flush()

    with doing("reading") as activity:
        yield tell
