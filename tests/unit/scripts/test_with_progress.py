# SPDX-License-Identifier: Apache-2.0
"""A command runs as it is in a log; on a terminal its output goes above the line."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.with_progress import main
from tests.support.paths import CHECKOUT
from tests.support.terminal import terminal
from tests.support.waiting import eventually

RUN = [sys.executable, "-m", "scripts.with_progress"]
SCRIPT = "echo out; echo err >&2; test -t 1 && echo terminal; cat; "


@pytest.mark.parametrize(("ending", "code"), [("exit 3", 3), ("kill -TERM $$", 143)])
def test_in_a_log_it_is_the_command_itself(ending: str, code: int) -> None:
    argv = [*RUN, "a test", "sh", "-c", SCRIPT + ending]
    ran = subprocess.run(argv, cwd=CHECKOUT, input="in\n", capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "out\nin\n", "err\n")


def test_on_a_terminal_the_line_is_below_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    seen = tmp_path / "seen"
    script = f"until [ -e '{seen}' ]; do sleep 0.05; done; echo out; echo err >&2; exit 3"
    with terminal() as screen:
        argv = [*RUN, "mypy", "sh", "-c", script]
        with subprocess.Popen(
            argv, cwd=CHECKOUT, stdout=screen.stream, stderr=screen.stream
        ) as ran:
            try:
                eventually(lambda: "mypy, 1 s" in screen.screen[-1], what="the line")
            finally:
                seen.touch()
        eventually(lambda: screen.screen == ["out", "err", ""], what="the output")
    assert ran.returncode == 3


def test_wrong_use_and_a_missing_program_are_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["mypy"]) == 2
    assert capsys.readouterr().err == "usage: python -m scripts.with_progress WHAT COMMAND ...\n"
    assert main(["mypy", "/nonexistent/mypy"]) == 1
    assert capsys.readouterr().err.startswith("mypy: ")
