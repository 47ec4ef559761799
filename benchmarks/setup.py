# SPDX-License-Identifier: Apache-2.0
"""The set-up of `make test-live` in a fresh clone, beside pip's installation of the same packages.

Both with warm caches. Ours installs the AWS provider too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import Measurement
from benchmarks.processes import Run, run
from handson.project import CHECKOUT

PYTHON = str(Path(sys.base_prefix, "bin", "python3"))
"""The Python of which the virtual environments are made."""


def measure() -> Iterator[Measurement]:
    """Yields the second run of each, in a clone of the last commit."""
    with tempfile.TemporaryDirectory() as folder:
        runs = [(_ours(Path(folder, f"{n}")), _pip(Path(folder, f"pip-{n}"))) for n in range(2)]
    ours, pip = runs[-1]
    yield Measurement(
        "set-up for make test-live", "s", ours.seconds, pip.seconds, "venv and pip", ours.peak_mib
    )


def _ours(clone: Path) -> Run:
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
    # As the Makefile runs it.
    command = [PYTHON, "-m", "scripts.setup", "--only", "python", "provider"]
    return run(command, cwd=clone, env=os.environ)


def _pip(folder: Path) -> Run:
    lock = CHECKOUT / "requirements.lock"
    script = (
        f'"{PYTHON}" -m venv "{folder}"'
        f' && "{folder}/bin/pip" install --quiet --require-hashes -r "{lock}"'
    )
    return run(["sh", "-c", script], cwd=CHECKOUT, env=os.environ)
