# SPDX-License-Identifier: Apache-2.0
"""One thing that happened, in the form of docs/timeline.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

Layer = Literal[
    "service", "task", "interface", "instance", "record", "dns", "http", "call", "fault", "account"
]

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; it is told when it happens and never changes."""

    layer: Layer
    what: str
    known: Members | Callable[[], Members]
    """The further members. Of what happens thousands of times a second they are made only when
    somebody reads the event."""
    at: float = field(default_factory=time.time)
    """Seconds since 1970."""

    def shown(self) -> dict[str, Any]:
        """Returns the event as it goes into JSON; what is None is not known, and left out."""
        members = self.known() if callable(self.known) else self.known
        return {
            "at": rfc3339(self.at),
            "layer": self.layer,
            "what": self.what,
            **{name: value for name, value in members.items() if value is not None},
        }


def rfc3339(at: float) -> str:
    """Returns a moment as text: UTC, with milliseconds."""
    second, milliseconds = divmod(int(at * 1000), 1000)
    return f"{_to_the_second(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=64)
def _to_the_second(second: int) -> str:
    """Thousands of events may be of one second, and to format a date takes longest of all."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
