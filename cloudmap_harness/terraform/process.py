# SPDX-License-Identifier: Apache-2.0
"""Child processes that are watched line by line, end in time and leave nothing behind.

Imports the standard library only.
"""

import logging
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from cloudmap_harness.terraform.signals import deferred

LOG = logging.getLogger(__name__)
STOP_GRACE = 120.0
"""Seconds that an interrupted child has to finish what it is at, write its state and end."""

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Completed:
    """A child that ended: its exit code (negative: the signal), and all it wrote, without ANSI."""

    code: int
    out: str
    err: str


class Child:
    """One child in a session of its own, so that a terminal's Ctrl-C reaches only its parent.

    Terraform takes a second interrupt as an order to drop its state: the parent sends the only one.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Start it; OSError when there is no such program. `on_line` gets each line as it comes."""
        self._process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._on_line = on_line
        self._out: list[str] = []
        self._err: list[str] = []
        self._readers = [
            Thread(target=self._read, args=(pipe, lines), daemon=True)
            for pipe, lines in (
                (self._process.stdout, self._out),
                (self._process.stderr, self._err),
            )
        ]
        for reader in self._readers:
            reader.start()

    def wait(self, timeout: float) -> Completed:
        """Its end. Raises subprocess.TimeoutExpired when it still runs after `timeout` seconds."""
        code = self._process.wait(max(timeout, 0.0))
        self._kill_session()
        for reader in self._readers:
            reader.join()
        return Completed(code, "".join(self._out), "".join(self._err))

    def interrupt(self) -> None:
        """Ask it to end, once, as Ctrl-C would."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def end(self, deadline: float) -> Completed:
        """Wait for its end until `deadline` (monotonic), then kill it and all that it started."""
        try:
            return self.wait(deadline - time.monotonic())
        except subprocess.TimeoutExpired:
            LOG.warning("process %d did not stop in time: killed", self._process.pid)
            self._kill_session()
            return self.wait(STOP_GRACE)

    def _kill_session(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self, pipe: IO[str], lines: list[str]) -> None:
        on_line = self._on_line
        with pipe:
            for raw in pipe:
                line = _ANSI.sub("", raw)
                lines.append(line)
                if on_line is not None:
                    try:
                        on_line(line.rstrip("\n"))
                    except OSError:  # Nobody reads our output any more; the child must go on.
                        on_line = None


class ProcessTimeout(Exception):
    """A child that took longer than `timeout` seconds; `completed` is what became of it then."""

    def __init__(self, index: int, timeout: float, completed: Completed) -> None:
        super().__init__(f"child {index} was stopped after {timeout:.0f} s")
        self.index, self.timeout, self.completed = index, timeout, completed


def run_all(starts: Sequence[Callable[[], Child]], timeout: float) -> list[Completed]:
    """Start children side by side and wait for all of them, at most `timeout` seconds.

    When one does not start, one is late (Overdue) or a signal comes (Interrupted), every child is
    interrupted once and waited for before that is raised.
    """
    deadline = time.monotonic() + timeout
    children: list[Child] = []
    done: list[Completed] = []
    try:
        for start in starts:
            with deferred():  # No signal may come between a child's start and our note of it.
                children.append(start())
        for child in children:
            done.append(child.wait(deadline - time.monotonic()))
        return done
    except subprocess.TimeoutExpired as error:
        late = len(done)
        raise ProcessTimeout(late, timeout, _stop(children)[late]) from error
    except BaseException:
        _stop(children)
        raise


def _stop(children: Sequence[Child]) -> list[Completed]:
    with deferred():
        for child in children:
            child.interrupt()
        deadline = time.monotonic() + STOP_GRACE
        return [child.end(deadline) for child in children]
