# SPDX-License-Identifier: Apache-2.0
"""The unit tests, four files at a time as `make test` runs them, beside one after the other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from benchmarks.measurement import Measurement
from benchmarks.processes import Run, run
from handson.project import CHECKOUT


def measure() -> Iterator[Measurement]:
    """Yields the seconds of one run each way."""
    ours, serial = _pytest("-n", "4", "--dist", "loadfile"), _pytest()
    yield Measurement("unit tests", "s", ours.seconds, serial.seconds, "one process", ours.peak_mib)


def _pytest(*options: str) -> Run:
    command = [sys.executable, "-m", "pytest", "-q", *options, "tests/unit"]
    return run(command, cwd=CHECKOUT, env=os.environ)
