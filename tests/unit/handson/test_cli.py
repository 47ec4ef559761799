# SPDX-License-Identifier: Apache-2.0
"""One command line: every verb has its make target, and every error its message and exit code."""

import inspect
import re
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from importlib import import_module
from typing import TextIO

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import HarnessError, TargetError
from cloudmap_harness.terraform.signals import Interrupted
from handson import cdktf_wrapper, cli, live_test, stack_verbs, vpc_shell
from handson.errors import EndpointError, HandsonError, UsageError
from stacks.errors import SettingsError
from tests.support.paths import CHECKOUT
from tests.support.terminal import terminal
from tests.support.waiting import eventually

NOT_UNDER_MAKE = {"cdktf"}
"""Verbs that an executable of scripts/ calls."""


def makefile_verbs() -> set[str]:
    return set(re.findall(r"^\t@\$\(HANDSON\) (\S+)$", (CHECKOUT / "Makefile").read_text(), re.M))


def test_every_verb_is_a_make_target_and_every_target_a_verb() -> None:
    assert makefile_verbs() == cli.VERBS.keys() - NOT_UNDER_MAKE


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_is_a_documented_function_of_variables(verb: str) -> None:
    module, _, name = cli.VERBS[verb].partition(":")
    function: Callable[..., int] = getattr(import_module(module), name)
    wanted = ["variables", "arguments"] if verb in cli.WITH_ARGUMENTS else ["variables"]
    assert list(inspect.signature(function).parameters) == wanted
    assert function.__doc__


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "usage: [NAME=value ...] python -m handson VERB"),
        (["deplo"], "deplo: no such verb\nusage:"),
        (["deploy", "--desired=4"], "deploy: got --desired=4, and takes variables only"),
    ],
)
def test_wrong_use_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(words)
    assert captured.out == ""


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(verb in told for verb in cli.VERBS)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("w"), 2),
        (SettingsError("w"), 2),
        (TargetError("TARGET", "foo", ", ".join(Target)), 2),
        (HandsonError("w"), 1),
        (EndpointError("w"), 1),
        (HarnessError("w"), 1),
        (Interrupted(signal.SIGINT), 130),
        (Interrupted(signal.SIGTERM), 143),
    ],
)
def test_an_error_is_its_text_its_advice_and_its_code(
    error: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> int:
        error.add_note("what to do")
        raise error

    monkeypatch.setattr(cli, "run", fail)
    assert cli.main(["status"]) == code
    told = capsys.readouterr().err
    assert told.endswith(f"{error}; what to do\n")
    assert told.count("\n") == 1


def test_a_defect_is_not_taken_for_a_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "run", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["status"])


@pytest.mark.parametrize(
    ("verb", "module", "function", "to"),
    [
        ("status", stack_verbs, "status", redirect_stdout),
        ("env", vpc_shell, "env", redirect_stderr),  # Its stdout is for the shell.
    ],
)
def test_a_terminal_shows_which_verb_is_slow(
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    module: object,
    function: str,
    to: Callable[[TextIO], AbstractContextManager[TextIO]],
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with terminal() as screen:

        def slow(variables: object) -> int:
            eventually(lambda: f"{verb}, 1 s" in screen.screen[-1], what="the line")
            return 0

        monkeypatch.setattr(module, function, slow)
        with to(screen.stream):
            assert cli.main([verb]) == 0
        eventually(lambda: screen.screen == [""], what="an empty screen")


@pytest.mark.parametrize(
    ("verb", "module", "function"),
    [("cdktf", cdktf_wrapper, "cdktf"), ("test-live", live_test, "run_live_test")],
)
def test_a_terminal_that_another_program_has_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, verb: str, module: object, function: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    found: list[TextIO] = []

    def verb_of_another(*_: object) -> int:
        found.append(sys.stdout)
        return 0

    monkeypatch.setattr(module, function, verb_of_another)
    with terminal() as screen, redirect_stdout(screen.stream):
        assert cli.main([verb]) == 0
    assert found == [screen.stream]
