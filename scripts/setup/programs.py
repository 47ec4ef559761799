# SPDX-License-Identifier: Apache-2.0
"""The programs that the set-up starts: side by side, and ended together when it is interrupted."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import IO


class Ended(BaseException):
    """The set-up was interrupted: nothing more is started, and what ran was killed.

    No Exception, so that no step takes it for a failure after which it tries another way.
    """


class Programs:
    """Starts programs from any thread. A signal reaches only the main thread, which calls end()."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        timeout: float | None = None,
        on_line: Callable[[str], object] = lambda line: None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program without input to its end; returns its exit code and both its outputs.

        `on_line` is called with each line of both as it comes, from threads of their own.
        Raises OSError when it does not start, subprocess.TimeoutExpired after ``timeout`` seconds,
        and Ended after end().
        """
        with self._lock:
            self._go_on()
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
            self._running.add(process)
        out: list[str] = []
        err: list[str] = []
        readers = [
            Thread(target=_read, args=(pipe, lines, on_line), daemon=True)
            for pipe, lines in ((process.stdout, out), (process.stderr, err))
        ]
        try:
            for reader in readers:
                reader.start()
            process.wait(timeout)
            for reader in readers:
                reader.join()
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)
        self._go_on()
        return subprocess.CompletedProcess(command, process.returncode, "".join(out), "".join(err))

    def end(self) -> None:
        """Kills what runs: each step starts from an empty folder when the set-up runs again."""
        with self._lock:
            self._ended = True
            for process in self._running:
                process.kill()

    def _go_on(self) -> None:
        if self._ended:
            raise Ended


def _read(pipe: IO[str], lines: list[str], on_line: Callable[[str], object]) -> None:
    with pipe:
        for line in pipe:
            lines.append(line)
            on_line(line.rstrip("\n"))
