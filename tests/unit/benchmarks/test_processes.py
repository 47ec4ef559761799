# SPDX-License-Identifier: Apache-2.0
"""A measured process: its time, its memory, its failure."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks.measurement import BenchmarkError
from benchmarks.processes import run


def test_memory_of_the_process_and_its_children_counts_but_not_ours(tmp_path: Path) -> None:
    of_this_process = bytearray(b"x" * 300 * 2**20)
    allocate = "held = bytearray(200 * 2**20)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{allocate}'])"
    small = run([sys.executable, "-c", "pass"], cwd=tmp_path, env=os.environ)
    large = run([sys.executable, "-c", parent], cwd=tmp_path, env=os.environ)
    del of_this_process
    assert small.peak_mib < 100 < 200 < large.peak_mib < 300
    assert small.seconds > 0


def test_failure_is_shown_with_the_output(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="ended with 1:\nno such thing"):
        run(
            [sys.executable, "-c", "import sys; sys.exit('no such thing')"],
            cwd=tmp_path,
            env=os.environ,
        )
