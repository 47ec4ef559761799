# SPDX-License-Identifier: Apache-2.0
"""Commands are typed into one real shell, and each has to end as its block says."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from handson.errors import HandsonError
from handson.tutorial import shell as shell_module
from handson.tutorial.block import Block
from handson.tutorial.shell import SHELLS, BlockFailed, Shell


@pytest.fixture(params=[shell for shell in SHELLS if shutil.which(shell)])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    with Shell(request.param, folder=tmp_path, scratch=tmp_path, environ=os.environ) as shell:
        yield shell


def reply(shell: Shell, *commands: str, fails: bool = False) -> str:
    return shell.run(Block("block", commands, fails))


def test_what_a_command_sets_is_there_for_the_next(shell: Shell) -> None:
    assert reply(shell, "word=there", "f() { echo $word; }; mkdir -p x; cd x") == ""
    assert reply(shell, "f", "basename $PWD") == "there\nx\n"


def test_both_streams_are_shown_in_order_without_colours(shell: Shell) -> None:
    assert reply(shell, r"printf '\033[1mone\n'; echo two >&2; printf three") == "one\ntwo\nthree"


def test_what_is_typed_next_is_no_input_of_a_command(shell: Shell) -> None:
    assert reply(shell, "cat", "echo after") == "after\n"


def test_a_failure_has_the_command_its_words_and_the_exit_code(shell: Shell) -> None:
    with pytest.raises(BlockFailed, match=r"'block': exit code 3, expected exit code 0, from:\n"):
        reply(shell, "echo words; (exit 3)")
    assert reply(shell, "echo still there") == "still there\n"


def test_a_failure_on_purpose_has_to_come(shell: Shell) -> None:
    assert reply(shell, "true", "echo no; false", fails=True) == "no\n"
    with pytest.raises(BlockFailed, match="exit code 0, expected to fail"):
        reply(shell, "true", fails=True)


def test_a_shell_that_ends_is_told(shell: Shell) -> None:
    with pytest.raises(BlockFailed, match="the shell ended"):
        reply(shell, "echo bye; exit 0")


def test_a_command_that_hangs_is_ended(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_module, "COMMAND_SECONDS", 0.5)
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    with pytest.raises(BlockFailed, match="seconds have passed"):
        reply(shell, "echo before; sleep 1000")
    left = {
        process.pid
        for process in psutil.Process().children(recursive=True)
        if process.pid not in before and process.status() != psutil.STATUS_ZOMBIE
    }
    assert left == set()


def test_a_shell_that_is_not_installed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell_module, "SHELLS", {"bash": ("no-such-shell",)})
    with pytest.raises(HandsonError, match="bash is not on PATH"):
        Shell("bash", folder=tmp_path, scratch=tmp_path, environ=os.environ)
