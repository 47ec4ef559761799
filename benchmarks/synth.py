# SPDX-License-Identifier: Apache-2.0
"""Synthesis: `python main.py` beside the same with the AWS bindings imported whole."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import BenchmarkError, Measurement
from benchmarks.processes import Run, run
from handson.project import CHECKOUT

PAIRS = 3
LAZY = [sys.executable, "main.py"]
# The same main.py in a process that has already imported the whole package, which starts jsii:
# stacks/bindings.py then changes neither.
EAGER = [
    sys.executable,
    "-c",
    "import cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')",
]


def measure() -> Iterator[Measurement]:
    """Yields the median of the pairs after one that writes the bytecode and fills jsii's cache.

    Raises BenchmarkError when the two do not write the same files.
    """
    eager: list[Run] = []
    lazy: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PAIRS + 1):
            outdirs = Path(folder, f"eager-{number}"), Path(folder, f"lazy-{number}")
            eager.append(synthesize(EAGER, outdirs[0]))
            lazy.append(synthesize(LAZY, outdirs[1]))
            if written(outdirs[0]) != written(outdirs[1]):
                raise BenchmarkError("eager and lazy bindings do not write the same files")
    yield Measurement(
        "synth",
        "s",
        ours=statistics.median(each.seconds for each in lazy[1:]),
        reference=statistics.median(each.seconds for each in eager[1:]),
        reference_is="eager import",
        peak_mib=max(each.peak_mib for each in lazy),
    )


def synthesize(command: list[str], outdir: Path) -> Run:
    """Writes the stacks to ``outdir`` in a new process."""
    # With bytecode switched off, Python would compile 2,100 modules each time, to our advantage.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"CDKTF_OUTDIR": str(outdir), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    return run(command, cwd=CHECKOUT, env=environ)


def written(outdir: Path) -> dict[str, bytes]:
    """Returns every file of a synthesis."""
    files = (path for path in outdir.rglob("*") if path.is_file())
    return {str(path.relative_to(outdir)): path.read_bytes() for path in files}
