# SPDX-License-Identifier: Apache-2.0
"""How the set-up's commands end: exit codes, one line for a signal, no traceback."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.setup.signals import exit_code
from tests.support.paths import CHECKOUT

FakeProgram = Callable[[str, str], Path]


def raising(number: signal.Signals) -> Callable[[], int]:
    """Returns work during which that signal arrives."""

    def work() -> int:
        signal.raise_signal(number)
        return 0

    return work


@pytest.mark.parametrize("code", [0, 1, 2])
def test_code_of_the_work_is_returned(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(lambda: code, "interrupted") == code
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_gives_one_line_and_128_more(
    number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(raising(number), "setup: interrupted") == code
    assert capsys.readouterr() == ("", "setup: interrupted\n")


def test_handler_of_sigterm_is_restored() -> None:
    before = signal.getsignal(signal.SIGTERM)
    exit_code(raising(signal.SIGTERM), "")
    assert signal.getsignal(signal.SIGTERM) == before


def run_setup(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the set-up in a checkout of its own, with no program but those in ``path``."""
    shutil.copytree(CHECKOUT / "scripts" / "setup", folder / "scripts" / "setup")
    shutil.copytree(
        CHECKOUT / "cloudmap_harness",
        folder / "cloudmap_harness",
        ignore=lambda _, names: [each for each in names if each != "live_line.py"],
    )
    return subprocess.run(
        [sys.executable, "-S", "-E", "-B", "-m", "scripts.setup", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_wrong_use_ends_with_2(tmp_path: Path) -> None:
    done = run_setup(tmp_path / "checkout", tmp_path / "bin", "--verbose")
    assert done.returncode == 2
    assert "unrecognized arguments: --verbose" in done.stderr


def test_missing_program_ends_with_1(fake_program: FakeProgram, tmp_path: Path) -> None:
    fake_program("npm", "echo 10.9.0")
    fake_program("node", "echo v18.0.0")
    fake_program("terraform", "echo Terraform v1.11.4; echo on linux_amd64")
    done = run_setup(tmp_path / "checkout", tmp_path / "bin")
    assert done.returncode == 1
    assert done.stderr.startswith("Node.js: found 18.0.0")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("name", "code"), [("INT", 130), ("TERM", 143)])
def test_signal_ends_the_set_up_with_one_line(
    fake_program: FakeProgram, tmp_path: Path, name: str, code: int
) -> None:
    fake_program("npm", "echo 10.9.0")
    fake_program("node", f"kill -{name} $PPID; echo v22.1.0")
    fake_program("terraform", "echo Terraform v1.11.4; echo on linux_amd64")
    done = run_setup(tmp_path / "checkout", tmp_path / "bin")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == "setup: interrupted; the next run starts what is not done again\n"
