# SPDX-License-Identifier: Apache-2.0
"""The variables that make exports: an empty one is not set, and a wrong one is named."""

from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from handson.errors import UsageError
from handson.variables import Variables
from stacks.errors import SettingsError


def test_an_empty_variable_is_not_set() -> None:
    empty = Variables(dict.fromkeys(("TARGET", "DESIRED", "STATE", "KEEP", "BY", "CONFIRM"), ""))
    assert empty.target is Target.LOCAL
    assert empty.state is None
    assert empty.given("CONFIRM") is None
    assert empty.flag("KEEP") is False
    assert empty.choice("BY", ("code", "cli")) == "code"
    assert empty.settings().desired_count == 1


def test_desired_wins_over_the_setting_and_the_verbs_default() -> None:
    setting = {"HANDSON_DESIRED_COUNT": "2"}
    assert Variables(setting).settings().desired_count == 2
    assert Variables(setting).settings(default_count=4).desired_count == 4
    assert Variables({**setting, "DESIRED": "3"}).settings(default_count=4).desired_count == 3


def test_a_wrong_count_names_the_variable_that_gave_it() -> None:
    with pytest.raises(SettingsError, match='^DESIRED: got "four"; allowed: a whole number'):
        Variables({"DESIRED": "four"}).settings()
    with pytest.raises(SettingsError, match="^HANDSON_DESIRED_COUNT: desired_count: got"):
        Variables({"HANDSON_DESIRED_COUNT": "four"}).settings()


@pytest.mark.parametrize("text", ["yes", "true", "2", " "])
def test_a_flag_is_1_or_0(text: str) -> None:
    with pytest.raises(UsageError, match=f"^KEEP: got '{text}', allowed: 0 or 1"):
        Variables({"KEEP": text}).flag("KEEP")


def test_a_choice_names_what_is_allowed() -> None:
    with pytest.raises(UsageError, match="^BY: got 'hand', allowed: code or cli"):
        Variables({"BY": "hand"}).choice("BY", ("code", "cli"))


def test_a_state_is_a_folder() -> None:
    assert Variables({"STATE": "a/b"}).state == Path("a/b")
