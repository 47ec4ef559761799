# SPDX-License-Identifier: Apache-2.0
"""A scenario's steps on the terminal as they go, with seconds, also when pytest captures output."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import TextIO, cast

import pytest

from cloudmap_harness.live_line import doing, shown_on


class Progress:
    """Calling it with a step's name gives the context in which the step runs."""

    def __init__(
        self,
        config: pytest.Config,
        record: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`record` gives the context that records a step of that name."""
        self._record = record
        self._terminal = config.pluginmanager.getplugin("terminalreporter")
        self._capture = config.pluginmanager.getplugin("capturemanager")
        self._began = time.monotonic()
        with self._capture.global_and_fixture_disabled():
            # Pytest leads stdout elsewhere while a test runs.
            self._screen = cast(TextIO, os.fdopen(os.dup(1), "w"))

    def close(self) -> None:
        """Closes what the constructor has opened."""
        self._screen.close()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Shows the name, then how long it took and whether it failed or was interrupted."""
        begin = f"  {name + ' ':<22}… "
        self._write(begin, begins_line=True)
        began = time.monotonic()
        how = "failed"
        try:
            with shown_on(self._screen, after=begin), doing(""), self._record(name):
                yield
            how = ""
        except KeyboardInterrupt:
            how = "interrupted"
            raise
        finally:
            self._write(f"{time.monotonic() - began:6.1f} s  {how}".rstrip() + "\n")

    def say(self, text: str) -> None:
        """Shows a line of its own."""
        self._write(f"  {text}\n", begins_line=True)

    def table(self, seconds: Mapping[str, float]) -> None:
        """Shows where the time since the start went; the rest is the endpoint's and pytest's."""
        total = time.monotonic() - self._began
        split = {**seconds, "other": total - sum(seconds.values()), "total": total}
        self.say("")
        for kind, taken in split.items():
            self.say(f"{kind:<22}  {taken:6.1f} s  {taken / total:4.0%}")

    def _write(self, text: str, *, begins_line: bool = False) -> None:
        with self._capture.global_and_fixture_disabled():
            if begins_line:
                self._terminal.ensure_newline()
            self._terminal.write(text, flush=True)


@pytest.fixture
def steps(pytestconfig: pytest.Config) -> Iterator[Progress]:
    """Shows the steps of the test that asks for it."""
    with closing(Progress(pytestconfig)) as progress:
        yield progress
