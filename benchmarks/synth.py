# SPDX-License-Identifier: Apache-2.0
"""Synthesis with our lazy bindings against the bindings as pip ships them, in turn, in one run.

Ends with 1 when the ratio of the medians is below 5 or when the two do not write the same JSON.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
NEEDED = 5.0
LAZY = [sys.executable, "main.py"]
# The same main.py in a process that has imported the package, and started jsii, the stock way;
# stacks/bindings.py leaves both as they are then.
STOCK = [
    sys.executable,
    "-c",
    "import cdktf_cdktf_provider_aws, runpy; runpy.run_path('main.py', run_name='__main__')",
]


class BenchError(Exception):
    """A synthesis failed, or the two variants do not agree."""


def synthesize(command: list[str], outdir: Path) -> float:
    """Seconds that one whole process takes to write the stacks to ``outdir``."""
    # Some machines forbid bytecode, and compiling 2,100 modules each time would flatter us.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"CDKTF_OUTDIR": str(outdir), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return seconds


def written(outdir: Path) -> dict[str, bytes]:
    """Every file of a synthesis."""
    files = (path for path in outdir.rglob("*") if path.is_file())
    return {str(path.relative_to(outdir)): path.read_bytes() for path in files}


def bench(pairs: int, scratch: Path) -> float:
    """Print each pair and the medians; return how many times faster the lazy bindings are."""
    times: dict[str, list[float]] = {"stock": [], "lazy": []}
    for number in range(pairs + 1):
        row = {}
        for name, command in (("stock", STOCK), ("lazy", LAZY)):
            row[name] = synthesize(command, scratch / f"{name}-{number}")
        if written(scratch / f"stock-{number}") != written(scratch / f"lazy-{number}"):
            raise BenchError("stock and lazy bindings do not write the same files")
        label = f"pair {number}" if number else "warm-up"
        print(f"{label:8} stock {row['stock']:6.2f} s   lazy {row['lazy']:6.2f} s", flush=True)
        if number:  # The first writes the bytecode and fills jsii's cache: not counted.
            for name, seconds in row.items():
                times[name].append(seconds)
    stock, lazy = statistics.median(times["stock"]), statistics.median(times["lazy"])
    print(f"{'median':8} stock {stock:6.2f} s   lazy {lazy:6.2f} s   same files")
    return stock / lazy


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare lazy and stock bindings.")
    parser.add_argument("--pairs", type=int, default=3, help="measured pairs (default: 3)")
    pairs = parser.parse_args().pairs
    if pairs < 1:
        parser.error("--pairs must be 1 or more")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            ratio = bench(pairs, Path(scratch))
    except BenchError as error:
        print(f"bench-synth: {error}", file=sys.stderr)
        return 1
    print(f"ratio {ratio:.1f} (at least {NEEDED:.0f} is needed)")
    return 0 if ratio >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
