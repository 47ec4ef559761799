# SPDX-License-Identifier: Apache-2.0
"""What `make status` showed last of a deployment, and what is different now.

It is remembered in one file, by deployment. The file is a help for the reader and no more: what
cannot be read, or written, is passed over.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.observation import by_number
from cloudmap_harness.discovery.problems import Problem
from cloudmap_harness.discovery.table import Figures, figures

MOST_DEPLOYMENTS = 20
"""How many are remembered; the one that was looked at longest ago is forgotten."""
MOST_ADDRESSES = 4
"""How many are named; the rest is counted."""


@dataclass(frozen=True)
class SeenLook:
    """What a look has shown."""

    at: str
    """ISO 8601, with the offset from UTC."""
    figures: Figures
    addresses: Sequence[str]

    @classmethod
    def of(cls, check: ServiceCheck, more: Sequence[Problem]) -> Self:
        """Returns what is shown of a check; `more` are the problems that the caller has found."""
        addresses = [str(each) for each in check.addresses]
        return cls(datetime.now(UTC).isoformat(), figures(check, more), addresses)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Returns a look that was written as JSON. Raises LookupError, TypeError, ValueError."""
        at = datetime.fromisoformat(data["at"])
        if at.tzinfo is None or not isinstance(data["figures"], dict):
            raise ValueError(data)
        read = {name: dict(each) for name, each in data["figures"].items()}
        return cls(data["at"], read, [str(ip_address(each)) for each in data["addresses"]])

    def changes_until(self, later: "SeenLook") -> list[str]:
        """Returns the lines below the table of a later look; its figures are in the table."""
        ago = _ago(datetime.fromisoformat(later.at) - datetime.fromisoformat(self.at))
        came = _named("came", set(later.addresses) - set(self.addresses))
        went = _named("went", set(self.addresses) - set(later.addresses))
        if not (came or went) and self.figures == later.figures:
            return [f"nothing has changed since the last look, {ago} ago"]
        return [f"the last look was {ago} ago", *came, *went]


@dataclass(frozen=True)
class LastLook:
    """The file that remembers the looks, and the deployment whose look is meant."""

    file: Path
    deployment: str

    def replace_by(self, look: SeenLook) -> SeenLook | None:
        """Remembers this look; returns the one before it, None when there was none."""
        looks = _read(self.file)
        former = looks.pop(self.deployment, None)
        looks[self.deployment] = asdict(look)
        kept = dict(list(looks.items())[-MOST_DEPLOYMENTS:])
        new = self.file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            new.write_text(json.dumps(kept), "utf-8")
            new.replace(self.file)
        try:
            return SeenLook.read(former)
        except (LookupError, TypeError, ValueError):
            return None


def _read(file: Path) -> dict[str, Any]:
    try:
        looks = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return looks if isinstance(looks, dict) else {}


def _named(what: str, addresses: Iterable[str]) -> list[str]:
    """Returns one line, or none when there is no address."""
    ordered = sorted(map(ip_address, addresses), key=by_number)
    if not ordered:
        return []
    more = len(ordered) - MOST_ADDRESSES
    named = ", ".join(map(str, ordered[:MOST_ADDRESSES]))
    return [f"{what}: {named}" + (f" and {more} more" if more > 0 else "")]


def _ago(time: timedelta) -> str:
    seconds = max(int(time.total_seconds()), 0)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
