# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM end a command with 128 + n and without a traceback."""

import signal
from pathlib import Path

import pytest

from handson import local_endpoint
from handson.cli import main


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "verb", ["check-target", "deploy", "leaks", "vpc", "vpc-destroy", "local-up", "env"]
)
def test_a_signal_is_an_exit_code(
    verb: str,
    signum: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def interrupted(*_: object) -> str:
        signal.raise_signal(signum)
        raise AssertionError("the signal was not handled")

    monkeypatch.setattr(local_endpoint, "find_at", interrupted)
    monkeypatch.setattr(local_endpoint, "status", interrupted)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    assert main([verb]) == 128 + signum
    told = capsys.readouterr().err
    assert told.startswith(f"{verb}: {signum.name}")
    assert "Traceback" not in told
