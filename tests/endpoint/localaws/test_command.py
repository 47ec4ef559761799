# SPDX-License-Identifier: Apache-2.0
"""The command `localaws`: serves in the foreground, says how to use it, and ends on Ctrl-C."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from localaws.__main__ import COMMANDS, main
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT


def served(folder: Path) -> subprocess.Popen[str]:
    """The command in an empty folder, on a free port."""
    environ = environment_without("AWS_", "LOCALAWS_") | {
        "LOCALAWS_PORT": "0",
        "PYTHONPATH": str(CHECKOUT),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "localaws"],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_prints_what_a_shell_needs_and_ends_on_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN an empty folder
    WHEN the endpoint is started there, used as it says, and interrupted
    THEN it answers, ends with 0, and has left nothing in the folder.
    """
    with served(tmp_path) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(9)]
            exported = dict(re.findall(r"^  export (\w+)=(\S+)$", "".join(lines), re.MULTILINE))
            for name, value in exported.items():
                monkeypatch.setenv(name, value)
            assert boto3.Session().client("ec2").describe_vpcs()["Vpcs"]
            assert re.match(
                r"  resolver 127\.0\.0\.1:\d+, bastion http://127\.0\.0\.1:\d+$", lines[1]
            )
            assert lines[-1] == "Ctrl-C ends it\n"
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, rest) == (0, "")
    assert [*tmp_path.iterdir()] == []


def test_its_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert set(re.findall(r"localaws (\w+) ", capsys.readouterr().out)) == {*COMMANDS}


def test_a_command_that_does_not_exist_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve"]) == 2
    assert capsys.readouterr().err.startswith("usage: localaws")
