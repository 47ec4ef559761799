# SPDX-License-Identifier: Apache-2.0
"""The helpers that tests share."""

import subprocess
from pathlib import Path

import pytest

from tests.support.environment import environment_without
from tests.support.files import write_files, write_program
from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually


def test_checkout_is_the_folder_of_main() -> None:
    assert (CHECKOUT / "main.py").is_file()


def test_eventually_returns_the_first_value_that_is_as_expected() -> None:
    values = iter([0, 1, 2, 3])
    assert eventually(lambda: next(values), lambda value: value == 2) == 2
    assert next(values) == 3


def test_eventually_fails_with_the_last_value() -> None:
    with pytest.raises(pytest.fail.Exception, match="the count .* after 0 s; last seen: 7"):
        eventually(lambda: 7, lambda value: value == 8, what="the count", within=0)


def test_files_and_programs_are_written(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/b/c": "one\n", "d": "two\n"})
    assert (tmp_path / "a" / "b" / "c").read_text() == "one\n"
    program = write_program(tmp_path / "bin" / "a program", 'echo "$1"; exit 3')
    done = subprocess.run([program, "x"], stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "x\n")


def test_environment_drops_names_by_their_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("MY_AWS_REGION", "eu-west-1")
    environ = environment_without("AWS_", "HANDSON_")
    assert "AWS_REGION" not in environ
    assert environ["MY_AWS_REGION"] == "eu-west-1"
