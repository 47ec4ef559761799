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
        shown: dict[str, Any] = {"at": rfc3339(self.at), "layer": self.layer, "what": self.what}
        # A loop, since thousands are shown at once: a second dict took twice as long.
        for name, value in members.items():
            if value is not None:
                shown[name] = value
        return shown


def rfc3339(at: float) -> str:
    """Returns a moment as text: UTC, with milliseconds."""
    return _to_the_millisecond(int(at * 1000))


@lru_cache(maxsize=64)
def _to_the_millisecond(milliseconds: int) -> str:
    """Many events may be of one moment, and to format a date takes longest of all."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"
