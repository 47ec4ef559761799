# SPDX-License-Identifier: Apache-2.0
"""`make setup`: installs everything into the checkout, or says what the machine lacks.

This file parses on any Python 3.6, so that it can say that the Python is too old; the modules that
it imports after that check need 3.11.
"""

import argparse
import os
import shutil
import subprocess
import sys
from typing import Sequence  # noqa: UP035 - collections.abc.Sequence[...] needs 3.9.

from scripts.setup import CHECKOUT, STEPS
from scripts.setup.signals import exit_code

OLDEST = (3, 11)
NEWEST = (3, 13)


def python_problem(major: int, minor: int, executable: str) -> str:
    """Returns, in one line, why this Python does not serve; empty when it does."""
    if OLDEST <= (major, minor) <= NEWEST:
        return ""
    newest_first = range(NEWEST[1], OLDEST[1] - 1, -1)
    other = next((n for n in newest_first if runs(f"python3.{n}")), None)
    remedy = (
        f"run `make PYTHON=python3.{other} ...`" if other else "get it from https://python.org/"
    )
    needed = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return f"Python: found {major}.{minor} ({executable}), needed {needed}; {remedy}"


def runs(python: str) -> bool:
    """Says whether that Python starts: a version manager can have a name on PATH and no Python."""
    return (
        shutil.which(python) is not None
        and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0
    )


def main() -> int:
    """Returns 0 when the checkout is ready, else 1 (failed), 2 (wrong use) or 128 + the signal."""
    parser = argparse.ArgumentParser(prog="setup", description="Install everything, once.")
    parser.add_argument("--report", action="store_true", help="list what is installed already")
    parser.add_argument(
        "--only", nargs="+", choices=STEPS, default=STEPS, help="leave the other steps out"
    )
    options = parser.parse_args()
    return exit_code(
        lambda: set_up_with_this_python(options.only, options.report),
        "setup: interrupted; the next run starts what is not done again",
    )


def set_up_with_this_python(names: Sequence[str], report: bool) -> int:
    """Checks the Python that runs this, then runs these steps; returns the exit code."""
    problem = python_problem(sys.version_info[0], sys.version_info[1], sys.executable)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    from scripts.setup.steps import set_up  # Only now: it does not parse on an older Python.

    return set_up(CHECKOUT, os.environ, names, report=report)


if __name__ == "__main__":
    sys.exit(main())
