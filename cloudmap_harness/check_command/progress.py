# SPDX-License-Identifier: Apache-2.0
"""Shows how far a look has come: one line that is written over, or in a log a line now and then."""

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TextIO

from cloudmap_harness.aws.clients import AwsClients

QUIET = 1.0
"""Seconds that a look may take without a word."""
TERMINAL_INTERVAL = 0.2
LOG_INTERVAL = 5.0


class Progress(AbstractContextManager["Progress"]):
    """Is called with how many parts are done, and of how many."""

    def __init__(self, stream: TextIO, aws: AwsClients) -> None:
        self._stream = stream
        self._aws = aws
        self._on_terminal = stream.isatty()
        self._next = time.monotonic() + QUIET
        self._shown = False

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (TERMINAL_INTERVAL if self._on_terminal else LOG_INTERVAL)
        line = f"reading: {done} of {of} parts, {self._aws.calls.total()} calls"
        self._stream.write(f"\r\x1b[K{line}" if self._on_terminal else f"{line}\n")
        self._stream.flush()
        self._shown = True

    def clear(self) -> None:
        """Takes the line away, so that what is printed next begins at a terminal's left."""
        if self._shown and self._on_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._shown = False
        self._next = time.monotonic() + QUIET

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()
