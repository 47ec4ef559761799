# SPDX-License-Identifier: Apache-2.0
"""Runs a program to its end and says how long it took and how much memory it had."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import BenchmarkError

_TIMED = Path(__file__).with_name("timed.py")
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
    with tempfile.TemporaryDirectory() as folder:
        result, output = Path(folder, "result"), Path(folder, "output")
        with output.open("w") as written:
            subprocess.run(
                [sys.executable, "-I", "-S", _TIMED, result, *argv],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                check=True,
            )
        measured = json.loads(result.read_text())
        if measured["code"] != 0:
            raise BenchmarkError(
                f"{' '.join(argv)} ended with {measured['code']}:\n{output.read_text().strip()}"
            )
    return Run(measured["seconds"], measured["ru_maxrss"] * _RSS_UNIT / 2**20)
