# SPDX-License-Identifier: Apache-2.0
"""Runs a program to its end and says how long it took and how much memory it had."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import BenchmarkError

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage(2) counts ru_maxrss in bytes on macOS and in KiB on Linux."""


@dataclass(frozen=True)
class Run:
    """A program's run."""

    seconds: float
    peak_mib: float
    """The largest resident size of the program or of one of the children that it waited for."""


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Run:
    """Runs the program. Raises BenchmarkError with its output when it fails."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(0)
            raise BenchmarkError(
                f"{' '.join(argv)} ended with {child.returncode}:\n{output.read().strip()}"
            )
    return Run(seconds, usage.ru_maxrss * _RSS_UNIT / 2**20)
