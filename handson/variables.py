# SPDX-License-Identifier: Apache-2.0
"""The variables that a person sets for a command (`make deploy DESIRED=4`), read in one place.

make exports what stands on its command line, so these are environment variables. Each is read, and
refused, only by a command that uses it. Those that begin with HANDSON_ are settings and go to
stacks/settings.py; those that begin with LOCALAWS_ are the endpoint's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cloudmap_harness.aws.targets import Target
from handson.errors import UsageError
from handson.project import SETTINGS_FILE
from stacks.errors import SettingsError
from stacks.settings import Settings, load_settings

_COUNT = "HANDSON_DESIRED_COUNT"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Variables:
    """The environment of a command; an empty variable counts as not set."""

    environ: Mapping[str, str]

    def given(self, name: str) -> str | None:
        """Returns the variable's value, or None when it is empty or not set."""
        return self.environ.get(name) or None

    def with_values(self, values: Mapping[str, str]) -> "Variables":
        """Returns these variables with others laid over them."""
        return Variables({**self.environ, **values})

    @property
    def target(self) -> Target:
        """TARGET; raises TargetError for an unknown one."""
        return Target.parse(self.given("TARGET") or Target.LOCAL)

    @property
    def state(self) -> Path | None:
        """STATE, the folder of a live run; None means this checkout's own deployment."""
        folder = self.given("STATE")
        return None if folder is None else Path(folder)

    @property
    def age(self) -> timedelta:
        """AGE, such as 30m, 2h or 7d; zero when it is not set. Raises UsageError."""
        text = self.given("AGE") or "0m"
        match = re.fullmatch(r"(\d{1,6})([mhd])", text)
        if match is None:
            raise UsageError(f"AGE: got {text!r}, allowed: a number of m, h or d, such as 2h")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})

    def flag(self, name: str) -> bool:
        """Returns whether the variable is 1. Raises UsageError unless it is 1, 0 or not set."""
        return self.choice(name, ("0", "1")) == "1"

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Returns the variable's value, the first allowed one when not set. Raises UsageError."""
        text = self.given(name) or allowed[0]
        if text not in allowed:
            raise UsageError(f"{name}: got {text!r}, allowed: {' or '.join(allowed)}")
        return text

    def settings(self, *, default_count: int | None = None) -> Settings:
        """Returns the settings; DESIRED, else `default_count`, else the setting is the count.

        Raises SettingsError, which names DESIRED when that is what it refuses.
        """
        count = self.given("DESIRED") or default_count
        if count is None:
            return load_settings(SETTINGS_FILE, self.environ)
        try:
            return load_settings(SETTINGS_FILE, {**self.environ, _COUNT: str(count)})
        except SettingsError as error:
            words = str(error).replace(f"{_COUNT}: desired_count", "DESIRED")
            raise SettingsError(words) from None
