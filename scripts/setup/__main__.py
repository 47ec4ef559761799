# SPDX-License-Identifier: Apache-2.0
"""`make setup`: says what is missing, else installs all that is needed inside the checkout.

This file parses on any Python 3.6, so that it can say that it is too old; the rest needs 3.11.
"""

import os
import shutil
import signal
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)


def python_problem(major: int, minor: int, executable: str) -> str:
    """Why this Python will not do, in one line; empty when it will."""
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
    """Is there such a Python on PATH? A version manager's shim may be there without one."""
    return (
        shutil.which(python) is not None
        and subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL) == 0
    )


def main() -> int:
    """Set up the checkout; 0 when it is ready, 1 with the reason on stderr when it is not."""
    problem = python_problem(sys.version_info[0], sys.version_info[1], sys.executable)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    from scripts.setup.steps import set_up  # Not sooner: it needs the Python that was just checked.

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that no child outlives us.
    return set_up(os.environ, report="--report" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
