# SPDX-License-Identifier: Apache-2.0
"""What the scripts do in .venv: install the CDKTF command line at first, and find the endpoint."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from handson.background_process import write_pid_file
from scripts import in_venv
from scripts.setup import steps


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were asked for, in a checkout without the command line."""
    names: list[str] = []

    def set_up(
        checkout: Path, environ: Mapping[str, str], wanted: Sequence[str], *, report: bool
    ) -> int:
        names.extend(wanted)
        sys.stdout.write("setup: CDKTF command line ...\n")
        return 3 if (tmp_path / "fails").exists() else 0

    monkeypatch.setattr(in_venv, "CHECKOUT", tmp_path)
    monkeypatch.setattr(steps, "set_up", set_up)
    return names


def test_first_use_installs_it_and_keeps_stdout_for_the_command(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    in_venv.install_cdktf()
    assert asked == ["cdktf"]
    assert capsys.readouterr() == ("", "setup: CDKTF command line ...\n")


def test_later_use_does_not(asked: list[str], tmp_path: Path) -> None:
    stamp = tmp_path / steps.CDKTF_STAMP
    stamp.parent.mkdir()
    stamp.touch()
    in_venv.install_cdktf()
    assert asked == []


def test_a_failure_is_the_exit_code(asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "fails").touch()
    with pytest.raises(SystemExit) as ended:
        in_venv.install_cdktf()
    assert ended.value.code == 3


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("handson.project.STATE", tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return tmp_path


def test_this_checkouts_endpoint_is_named(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_venv.name_endpoint()
    assert "AWS_ENDPOINT_URL" not in os.environ, "none was started"
    write_pid_file(state, 1, "http://127.0.0.1:4599")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4600")
    in_venv.name_endpoint()
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600", "the user's own goes first"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    in_venv.name_endpoint()
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4599"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
