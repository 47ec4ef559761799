# SPDX-License-Identifier: Apache-2.0
"""One command line: every verb has its make target, and every error its message and exit code."""

import inspect
import re
import signal
from collections.abc import Callable
from importlib import import_module

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import HarnessError, TargetError
from cloudmap_harness.terraform.signals import Interrupted
from handson import cli
from handson.errors import EndpointError, HandsonError, UsageError
from stacks.errors import SettingsError
from tests.support.paths import CHECKOUT

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
