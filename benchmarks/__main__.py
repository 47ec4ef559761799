# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmarks: `python -m benchmarks [NAME ...] [--json FILE]`.

Prints a line for each figure and writes them all as JSON. It judges nothing: what is wanted is in
docs/performance.md. Exit codes: 0 measured; 1 a benchmark failed; 2 wrong use; 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from botocore.exceptions import ClientError

from benchmarks.measurement import BenchmarkError, Measurement
from cloudmap_harness.live_line import doing, shown_on
from handson.project import CHECKOUT

BENCHMARKS: Mapping[str, str] = {
    "synth": "benchmarks.synth:measure",
    "live": "benchmarks.live:measure",
    "setup": "benchmarks.setup:measure",
    "unit": "benchmarks.unit_tier:measure",
    "endpoint": "benchmarks.endpoint:measure",
    "tasks": "benchmarks.tasks:measure",
    "growth": "benchmarks.growth:measure",
    "dns": "benchmarks.dns:measure",
    "bastion": "benchmarks.bastion:measure",
    "kept": "benchmarks.kept:measure",
    "page": "benchmarks.page:measure",
}
"""Each benchmark's function, which yields its measurements; its module is imported when it runs."""

HEADER = f"{'what':34}{'ours':>9} {'unit':<11}{'reference':>9}  {'ratio':>6}  {'peak':>7}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the named benchmarks, or all; returns the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure against the stock way.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of: {', '.join(BENCHMARKS)} (default: all)"
    )
    parser.add_argument(
        "--json", type=Path, default=CHECKOUT / ".state" / "bench.json", metavar="FILE"
    )
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"{', '.join(unknown)}: no such benchmark, there are {', '.join(BENCHMARKS)}")
    try:
        measured = table(given.names or list(BENCHMARKS))
    except (BenchmarkError, ClientError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    write(measured, given.json)
    print(f"written to {given.json}")
    return 0


def table(names: Iterable[str]) -> list[Measurement]:
    """Runs the benchmarks in turn and prints each line as soon as it is measured."""
    print(HEADER)
    measured = []
    for name in names:
        with shown_on(sys.stdout), doing(f"measuring {name}"):
            for each in benchmark(name)():
                print(line(each), flush=True)
                measured.append(each)
    return measured


def benchmark(name: str) -> Callable[[], Iterable[Measurement]]:
    """Imports the benchmark's function."""
    module, _, function = BENCHMARKS[name].partition(":")
    found: Callable[[], Iterable[Measurement]] = getattr(importlib.import_module(module), function)
    return found


def line(each: Measurement) -> str:
    """Returns the measurement's line of the table."""
    return (
        f"{each.name:34}{each.ours:>9,.2f} {each.unit:<11}{each.reference:>9,.2f}"
        f"  {each.ratio:>6.2f}  {each.peak_mib:>3.0f} MiB  {each.reference_is}"
    )


def write(measured: Sequence[Measurement], file: Path) -> None:
    """Writes the measurements, and on what machine they were made, as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    lines = [{**asdict(each), "ratio": each.ratio} for each in measured]
    file.write_text(json.dumps({"machine": machine, "measurements": lines}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
