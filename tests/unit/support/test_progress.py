# SPDX-License-Identifier: Apache-2.0
"""A scenario's step shows on a terminal for how long it has been running; in a log its line."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO

from tests.support.files import write_files
from tests.support.paths import CHECKOUT
from tests.support.terminal import terminal
from tests.support.waiting import eventually

SCENARIO = """
import pathlib, time
from cloudmap_harness.live_line import doing

def test_it(steps):
    print("captured")
    with steps("deploy"):
        while not pathlib.Path("first").exists():
            time.sleep(0.02)
        with doing("compute: creating aws_ecs_service.service"):
            while not pathlib.Path("second").exists():
                time.sleep(0.02)
"""
STEP = re.compile(r"^  deploy +… +\d+\.\d s$")


def run(folder: Path, out: IO[str] | int) -> "subprocess.Popen[str]":
    write_files(folder, {"test_it.py": SCENARIO})
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.progress", "test_it.py"]
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm"}
    return subprocess.Popen(argv, cwd=folder, env=environ, stdout=out, stderr=out, text=True)


def test_a_terminal_shows_what_the_step_waits_for(tmp_path: Path) -> None:
    with terminal() as screen, run(tmp_path, screen.stream) as ran:
        try:
            eventually(lambda: re.search(r"deploy +… 1 s$", screen.screen[-1]), what="seconds")
            (tmp_path / "first").touch()
            wait = r"deploy +… compute: creating aws_ecs_service.service, 1 s$"
            eventually(lambda: re.search(wait, screen.screen[-1]), what="the wait")
        finally:
            (tmp_path / "first").touch()
            (tmp_path / "second").touch()
        assert ran.wait(60) == 0
        eventually(lambda: "1 passed" in screen.screen[-2], what="the end")
        assert [line for line in screen.screen if STEP.match(line)]
        assert "captured" not in screen.written


def test_a_log_has_the_line_of_the_step_alone(tmp_path: Path) -> None:
    write_files(tmp_path, {"first": "", "second": ""})
    with run(tmp_path, subprocess.PIPE) as ran:
        out, _ = ran.communicate(timeout=60)
    assert ran.returncode == 0, out
    assert len([line for line in out.splitlines() if STEP.match(line)]) == 1
    assert "\r" not in out and "\x1b" not in out
