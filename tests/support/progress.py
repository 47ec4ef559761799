# SPDX-License-Identifier: Apache-2.0
"""A scenario's steps on the terminal as they go, with seconds, also when pytest captures output."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest


class Progress:
    """Calling it with a step's name gives the context in which the step runs."""

    def __init__(self, config: pytest.Config) -> None:
        self._terminal = config.pluginmanager.getplugin("terminalreporter")
        self._capture = config.pluginmanager.getplugin("capturemanager")
        self._began = time.monotonic()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Shows the name, then how long it took and whether it failed or was interrupted."""
        self._write(f"  {name + ' ':<22}… ", begins_line=True)
        began = time.monotonic()
        how = "failed"
        try:
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
def steps(pytestconfig: pytest.Config) -> Progress:
    """Shows the steps of the test that asks for it."""
    return Progress(pytestconfig)
