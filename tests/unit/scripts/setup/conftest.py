# SPDX-License-Identifier: Apache-2.0
"""Fake programs on a PATH of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

FakeProgram = Callable[[str, str], Path]


@pytest.fixture
def fake_program(tmp_path: Path) -> FakeProgram:
    """Put a shell script of that name into tmp_path/bin; returns its path."""

    def make(name: str, script: str) -> Path:
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return make
