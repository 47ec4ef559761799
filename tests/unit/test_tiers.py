# SPDX-License-Identifier: Apache-2.0
"""A test's folder gives it one tier and one time limit; a test outside the tiers is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import write_files
from tests.support.paths import CHECKOUT


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest, with this project's options and conftest, on the tests in the folder."""
    write_files(
        folder,
        {
            "pyproject.toml": (CHECKOUT / "pyproject.toml").read_text(),
            "tests/conftest.py": (CHECKOUT / "tests" / "conftest.py").read_text(),
        },
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        # The conftest asks the project's own code which targets there are.
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )


REPORT = """
def test_marks(request):
    marks = [(mark.name, mark.args) for mark in request.node.iter_markers()]
    print("marks:", sorted(marks))
"""


@pytest.mark.parametrize(
    ("tier", "options", "seconds"),
    [
        ("unit", [], 60),
        ("endpoint", [], 120),
        ("live", [], 1200),
        ("live", ["--target=local"], 1200),
        ("live", ["--target=aws"], 7200),
        ("unit", ["--target=aws"], 60),
        ("terraform", [], 1200),
    ],
)
def test_folder_gives_the_tier_and_its_limit(
    tier: str, options: list[str], seconds: int, tmp_path: Path
) -> None:
    write_files(tmp_path, {f"tests/{tier}/below/test_marks.py": REPORT})
    done = run_pytest(tmp_path, "-s", *options)
    expected = sorted([(tier, ()), ("timeout", (seconds,))])
    assert f"marks: {expected}" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("own", "options"), [("import pytest\npytestmark = pytest.mark.timeout(5)\n", []), ("", ["7"])]
)
def test_limit_of_the_test_or_of_the_command_wins(
    own: str, options: list[str], tmp_path: Path
) -> None:
    write_files(tmp_path, {"tests/unit/test_marks.py": own + REPORT})
    done = run_pytest(tmp_path, "-s", *(f"--timeout={seconds}" for seconds in options))
    timeouts = [("timeout", (5,))] if own else []
    assert f"marks: {[*timeouts, ('unit', ())]}" in done.stdout, done.stdout


def test_hanging_test_fails_and_its_finally_runs(tmp_path: Path) -> None:
    source = """
import pathlib, threading
def test_hangs():
    try:
        threading.Event().wait()
    finally:
        pathlib.Path("cleaned").touch()
"""
    write_files(tmp_path, {"tests/unit/test_hangs.py": source})
    done = run_pytest(tmp_path, "--timeout=0.2")
    assert done.returncode == 1
    assert "Timeout (>0.2s) from pytest-timeout" in done.stdout
    assert (tmp_path / "cleaned").exists()


def test_stray_test_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"tests/other/test_marks.py": REPORT})
    done = run_pytest(tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "tests outside the tiers' folders: tests/other/test_marks.py::test_marks" in done.stderr
