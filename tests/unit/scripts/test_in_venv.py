# SPDX-License-Identifier: Apache-2.0
"""What the scripts do in this checkout's Python before they hand over."""

import os
from pathlib import Path

import pytest

from handson.background_process import write_pid_file
from scripts import in_venv


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
