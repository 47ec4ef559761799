# SPDX-License-Identifier: Apache-2.0
"""Fake programs on a PATH of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.files import write_program

FakeProgram = Callable[[str, str], Path]


@pytest.fixture
def fake_program(tmp_path: Path) -> FakeProgram:
    """Returns a function that writes a shell script of that name into tmp_path/bin."""
    return lambda name, script: write_program(tmp_path / "bin" / name, script)
