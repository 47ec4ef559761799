# SPDX-License-Identifier: Apache-2.0
"""Measures a synthesis with stacks/bindings.py against one with the AWS bindings imported whole.

Run as `python -m benchmarks.synth`. Exit codes: 0; 1 when the ratio of the medians is below 5 or
the two write different files; 2 for wrong use; 130 after Ctrl-C.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NEEDED = 5.0
LAZY = [sys.executable, "main.py"]
# The same main.py in a process that has already imported the whole package, which starts jsii:
# stacks/bindings.py then changes neither.
STOCK = [
    sys.executable,
    "-c",
    "import cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')",
]


class BenchmarkError(Exception):
    """A synthesis failed, or the two variants wrote different files."""


def synthesize(command: list[str], outdir: Path) -> float:
    """Returns the seconds that a new process takes to write the stacks to ``outdir``."""
    # With bytecode switched off, Python would compile 2,100 modules each time, to our advantage.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"CDKTF_OUTDIR": str(outdir), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise BenchmarkError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return seconds


def written(outdir: Path) -> dict[str, bytes]:
    """Returns every file of a synthesis."""
    files = (path for path in outdir.rglob("*") if path.is_file())
    return {str(path.relative_to(outdir)): path.read_bytes() for path in files}


def measure(pairs: int, scratch: Path) -> float:
    """Prints each pair and the medians; returns how many times faster the lazy bindings are."""
    times: dict[str, list[float]] = {"stock": [], "lazy": []}
    for number in range(pairs + 1):
        row = {}
        for name, command in (("stock", STOCK), ("lazy", LAZY)):
            row[name] = synthesize(command, scratch / f"{name}-{number}")
        if written(scratch / f"stock-{number}") != written(scratch / f"lazy-{number}"):
            raise BenchmarkError("stock and lazy bindings do not write the same files")
        label = f"pair {number}" if number else "warm-up"
        print(f"{label:8} stock {row['stock']:6.2f} s   lazy {row['lazy']:6.2f} s", flush=True)
        if number:  # The first pair writes the bytecode and fills jsii's cache.
            for name, seconds in row.items():
                times[name].append(seconds)
    stock, lazy = statistics.median(times["stock"]), statistics.median(times["lazy"])
    print(f"{'median':8} stock {stock:6.2f} s   lazy {lazy:6.2f} s   same files")
    return stock / lazy


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints the ratio; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="bench-synth", description="Compare lazy and stock bindings."
    )
    parser.add_argument("--pairs", type=int, default=3, help="measured pairs (default: 3)")
    pairs = parser.parse_args(arguments).pairs
    if pairs < 1:
        parser.error("--pairs must be 1 or more")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            ratio = measure(pairs, Path(scratch))
    except BenchmarkError as error:
        print(f"bench-synth: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench-synth: interrupted", file=sys.stderr)
        return 130
    print(f"ratio {ratio:.1f} (at least {NEEDED:.0f} is needed)")
    return 0 if ratio >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
