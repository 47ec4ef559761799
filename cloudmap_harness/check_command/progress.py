# SPDX-License-Identifier: Apache-2.0
"""Says how far a look has come: on a terminal in its last line, in a log a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TextIO

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.check_command.wording import calls
from cloudmap_harness.live_line import doing, is_terminal

QUIET = 1.0
"""Seconds that a look may take without a word in a log."""
LOG_INTERVAL = 5.0


@contextmanager
def progress(stream: TextIO, aws: AwsClients) -> Iterator[Callable[[int, int], None]]:
    """Yields the function that a look calls with how many parts are done, and of how many.

    A thread writes the log, so that it is on time however long one call takes.
    """
    parts = "finding the services"

    def tell(done: int, of: int) -> None:
        nonlocal parts
        parts = f"{done} of {of} parts"

    def words() -> str:
        return f"reading: {parts}, {calls(aws.sent - aws.repeated, aws.repeated)} sent"

    with doing(words):
        if is_terminal(stream):
            yield tell
        else:
            with _written(stream, words):
                yield tell


@contextmanager
def _written(stream: TextIO, words: Callable[[], str]) -> Iterator[None]:
    """Writes the words now and then while the block runs."""
    ended = Event()

    def write() -> None:
        seconds = QUIET
        while not ended.wait(seconds):
            seconds = LOG_INTERVAL
            try:
                stream.write(f"{words()}\n")
                stream.flush()
            except (OSError, ValueError):  # The log cannot be written; the look goes on.
                return

    writer = Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        # So that no progress comes after the result; a reader of stderr that hangs delays no end.
        writer.join(timeout=1.0)
