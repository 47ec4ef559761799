# SPDX-License-Identifier: Apache-2.0
"""Child processes with a time limit, whose output is read line by line and who leave no orphans.

Imports the standard library only.
"""

import logging
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from cloudmap_harness.terraform.signals import deferred

LOG = logging.getLogger(__name__)
STOP_GRACE = 120.0
"""Seconds that an interrupted child has to finish its requests, write its state and exit."""

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class Completed:
    """How a child ended: its exit code (negative: a signal) and its whole output, without ANSI."""

    code: int
    out: str
    err: str


class Child:
    """A child process in a session of its own, so that a terminal's Ctrl-C reaches only the parent.

    Terraform drops its state at the second interrupt: the parent alone sends it, once.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """Starts the child; `on_line` is called with each line of both streams as it comes.

        Raises FileNotFoundError when there is no such program.
        """
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
        """Waits until the child exits, then kills the processes that it left running.

        Raises subprocess.TimeoutExpired when the child still runs after `timeout` seconds.
        """
        code = self._process.wait(max(timeout, 0.0))
        self._kill_group()
        for reader in self._readers:
            reader.join()
        return Completed(code, "".join(self._out), "".join(self._err))

    def interrupt(self) -> None:
        """Sends SIGINT, as Ctrl-C would; does nothing when the child has exited."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def end(self, deadline: float) -> Completed:
        """Waits until `deadline` (monotonic), then kills the child and all that it started."""
        try:
            return self.wait(deadline - time.monotonic())
        except subprocess.TimeoutExpired:
            LOG.warning("process %d did not stop in time: killed", self._process.pid)
            self._kill_group()
            return self.wait(STOP_GRACE)

    def _kill_group(self) -> None:
        """Kills the child's process group in one step: no member can fork its way out."""
        # macOS answers EPERM, not ESRCH, for a group of which only zombies are left.
        with suppress(ProcessLookupError, PermissionError):
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
    """Raised when a child takes longer than `timeout` seconds; `completed` is how it then ended."""

    def __init__(self, index: int, timeout: float, completed: Completed) -> None:
        super().__init__(f"child {index} was stopped after {timeout:.0f} s")
        self.index, self.timeout, self.completed = index, timeout, completed


def run_all(starts: Sequence[Callable[[], Child]], timeout: float) -> list[Completed]:
    """Runs children side by side and returns how each ended, as `running` does."""
    with running(starts, timeout) as wait:
        return wait()


@contextmanager
def running(
    starts: Sequence[Callable[[], Child]], timeout: float
) -> Iterator[Callable[[], list[Completed]]]:
    """Runs children beside the block, and yields a function that waits and says how each ended.

    The children have `timeout` seconds together. When a child cannot start, is late
    (ProcessTimeout), the block raises an error or a signal comes (Interrupted), every child is
    interrupted once and waited for before the error is raised.
    """
    deadline = time.monotonic() + timeout
    children: list[Child] = []
    done: list[Completed] = []

    def wait() -> list[Completed]:
        for child in children[len(done) :]:
            try:
                done.append(child.wait(deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                late = len(done)
                raise ProcessTimeout(late, timeout, _stop(children)[late]) from error
        return done

    try:
        for start in starts:
            with deferred():  # A signal between a start and its entry here would lose the child.
                children.append(start())
        yield wait
        wait()
    except BaseException:
        _stop(children)
        raise


def _stop(children: Sequence[Child]) -> list[Completed]:
    with deferred():
        for child in children:
            child.interrupt()
        deadline = time.monotonic() + STOP_GRACE
        return [child.end(deadline) for child in children]
