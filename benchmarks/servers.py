# SPDX-License-Identifier: Apache-2.0
"""Servers that a benchmark measures, each a process of its own, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.measurement import BenchmarkError
from handson.project import CHECKOUT

END_SECONDS = 30.0
"""How long a server may take to end."""


@contextmanager
def server(*module: str, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """Runs `python -m MODULE [ARGUMENT ...]` within the block; yields its first line of output.

    Raises BenchmarkError when it ends without one.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=CHECKOUT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with ended(process):
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line:
            raise BenchmarkError(f"{' '.join(module)} ended with {process.wait(END_SECONDS)}")
        yield line


@contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Ends the process with the block, however the block ends."""
    with process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
