# SPDX-License-Identifier: Apache-2.0
"""One line at the bottom of a terminal: what is being done, and for how many seconds.

A command shows the line with `shown_on`; what may take long says what it does with `doing`. In a
log, and where no command shows the line, nothing is written. Imports the standard library only,
because the set-up uses it too.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TextIO

QUIET = 0.7
"""Seconds without any output after which the line comes."""
_INTERVAL = 0.25
_ERASE = "\r\x1b[K"

_lock = threading.RLock()
_activities: dict[int, list["Activity"]] = {}
"""What each thread does, the innermost last."""
_lines: list["_Line"] = []
"""The lines that are shown, of which the last one is written."""


class Activity:
    """What is being done, or a function that says it, and since when by the monotonic clock."""

    def __init__(self, what: str | Callable[[], str]) -> None:
        self._what = what
        self._since = self.began = time.monotonic()

    @property
    def now(self) -> tuple[str, float]:
        return self._what if isinstance(self._what, str) else self._what(), self._since

    def say(self, what: str, since: float | None = None) -> None:
        """Says what is being done now, and since when if not since the activity began."""
        self._what, self._since = what, self.began if since is None else since


@contextmanager
def doing(what: str | Callable[[], str]) -> Iterator[Activity]:
    """Says what the block does, in place of what this thread was doing around it."""
    activity, thread = Activity(what), threading.get_ident()
    with _lock:
        _activities.setdefault(thread, []).append(activity)
    try:
        yield activity
    finally:
        with _lock:
            _activities[thread].remove(activity)
            if not _activities[thread]:
                del _activities[thread]
            if _lines:
                _lines[-1].erase()


def text(width: int, now: float) -> str:
    """Returns what all threads do, and the seconds of the longest; at most `width` characters."""
    with _lock:
        shown = [activities[-1].now for activities in _activities.values()]
    if not shown:
        return ""
    seconds = f"{now - min(since for _, since in shown):.0f} s"
    what = "; ".join(filter(None, (what for what, _ in shown)))
    if not what:
        return seconds
    room = width - len(seconds) - 2
    return f"{what if len(what) <= room else what[: max(room - 3, 0)] + '...'}, {seconds}"


def is_terminal(stream: TextIO) -> bool:
    """Says whether a line of the stream can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def shown_on(stream: TextIO, *, after: str = "") -> Iterator[None]:
    """Shows the line on the stream while the block runs, when the stream is a terminal.

    Whatever the block writes to stdout and stderr takes the line away first. `after` is what stands
    already, and stays, at the left of the terminal's last line.
    """
    if not is_terminal(stream):
        yield
        return
    if isinstance(stream, _Taking):
        stream = stream.terminal
    line = _Line(stream, after)
    with ExitStack() as ends:
        for name in ("stdout", "stderr"):
            ends.callback(setattr, sys, name, before := getattr(sys, name))
            if before.isatty():
                setattr(sys, name, _Taking(before, line))
        with _lock:
            _lines.append(line)
        ends.callback(line.end)
        yield


class _Line:
    """Writes the line again and again, from a thread of its own."""

    def __init__(self, stream: TextIO, after: str) -> None:
        self._stream = stream
        self._after = after
        self._shown = ""
        self._at_left = True
        self._last_output = time.monotonic()
        self._ended = threading.Event()
        self._writer = threading.Thread(target=self._write_until_ended, daemon=True)
        self._writer.start()

    def erase(self) -> None:
        """Takes the line away."""
        with _lock:
            if self._shown:
                self._shown = ""
                self._last_output = time.monotonic()
                self._put(_ERASE + self._after)

    def around(self, write: Callable[[str], int], words: str) -> int:
        """Writes others' words where the line was."""
        with _lock:
            self.erase()
            self._last_output = time.monotonic()
            self._at_left = words.endswith("\n") or (self._at_left and not words)
            return write(words)

    def end(self) -> None:
        self._ended.set()
        self._writer.join()
        with _lock:
            self.erase()
            _lines.remove(self)

    def _write_until_ended(self) -> None:
        while not self._ended.wait(_INTERVAL):
            with _lock:
                now = time.monotonic()
                on_top = bool(_lines) and _lines[-1] is self
                if on_top and self._at_left and now - self._last_output >= QUIET:
                    self._show(text(self._columns() - len(self._after) - 1, now))

    def _show(self, words: str) -> None:
        if words and words != self._shown:
            self._shown = words
            self._put(_ERASE + self._after + words)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    def _put(self, words: str) -> None:
        try:
            self._stream.write(words)
            self._stream.flush()
        except (OSError, ValueError):  # The terminal has gone; the work goes on.
            self._ended.set()


class _Taking:
    """A stream of the terminal that takes the line away before it writes."""

    def __init__(self, stream: TextIO, line: _Line) -> None:
        self._stream = stream
        self._line = line

    @property
    def terminal(self) -> TextIO:
        """The stream before any line was shown on it."""
        return self._stream.terminal if isinstance(self._stream, _Taking) else self._stream

    def write(self, words: str) -> int:
        return self._line.around(self._stream.write, words)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
