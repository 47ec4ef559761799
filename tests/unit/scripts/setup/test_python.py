# SPDX-License-Identifier: Apache-2.0
"""The Python that starts the set-up."""

import ast
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import scripts.setup
from scripts.setup import __main__ as setup
from scripts.setup import signals
from scripts.setup.__main__ import NEWEST, OLDEST, python_problem
from tests.support.paths import CHECKOUT


@pytest.mark.parametrize("module", [setup, scripts.setup, signals], ids=lambda m: m.__name__)
def test_the_gate_parses_on_the_old_pythons_that_it_refuses(module: ModuleType) -> None:
    assert module.__file__
    source = Path(module.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))
    # These three are all that is imported before the Python is checked.
    top = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    ours = {node.module for node in top if node.module and node.module.startswith("scripts")}
    assert ours <= {"scripts.setup", "scripts.setup.signals"}


def test_the_range_is_the_one_that_the_packages_are_locked_for() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    newer = (NEWEST[0], NEWEST[1] + 1)
    assert project["requires-python"] == ">={}.{},<{}.{}".format(*OLDEST, *newer)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_a_python_in_the_range_is_no_problem(version: tuple[int, int]) -> None:
    assert python_problem(*version, "/usr/bin/python3") == ""


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14)])
def test_any_other_python_is_reported_in_one_line(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert python_problem(*version, "/usr/bin/python3") == (
        "Python: found {}.{} (/usr/bin/python3), needed 3.11 to 3.13; "
        "get it from https://python.org/".format(*version)
    )


def test_a_better_python_on_path_is_suggested(
    fake_program: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_program("python3.13", "exit 127  # A version manager's shim without a Python behind it.")
    fake_program("python3.12", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert python_problem(3, 9, "python3").endswith("; run `make PYTHON=python3.12 ...`")
