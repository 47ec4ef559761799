# SPDX-License-Identifier: Apache-2.0
"""The timeline as a document: the form of docs/timeline.md, read and written."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cloudmap_harness.timeline.event import Event, TimelineError, moment, written

FORM = 1
SOURCES = ("events", "polling")


@dataclass(frozen=True)
class Timeline:
    """What happened from `began` to `ended`, in the order of the times."""

    source: str
    """`events`: who made the change said it. `polling`: it was seen by looking."""
    target: str
    began: datetime
    ended: datetime
    events: tuple[Event, ...]
    resolution: float | None = None
    """The seconds between two looks; None with `events`."""

    @classmethod
    def read(cls, text: str | bytes) -> "Timeline":
        """Returns the timeline of a document. Raises TimelineError."""
        try:
            return cls.from_json(json.loads(text))
        except ValueError as error:
            raise TimelineError("document", text, f"JSON ({error})") from error

    @classmethod
    def from_json(cls, value: object) -> "Timeline":
        """Returns the timeline; members that are not known are passed over.

        Raises TimelineError.
        """
        if not isinstance(value, Mapping):
            raise TimelineError("document", value, "a JSON object")
        form = value.get("form")
        if form != FORM:
            raise TimelineError("form", form, f"{FORM}, the only one that this version reads")
        source, resolution, events = (value.get(m) for m in ("source", "resolution", "events"))
        if source not in SOURCES:
            raise TimelineError("source", source, " or ".join(SOURCES))
        if not (resolution is None or _is_positive(resolution)):
            raise TimelineError("resolution", resolution, "seconds, or null")
        if not isinstance(events, list):
            raise TimelineError("events", events, "a list of events")
        found = [Event.from_json(each, f"events[{n}]") for n, each in enumerate(events)]
        return cls(
            str(source),
            str(value.get("target", "")),
            moment(value.get("began"), "began"),
            moment(value.get("ended"), "ended"),
            in_order(found),
            resolution,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "form": FORM,
            "source": self.source,
            "resolution": self.resolution,
            "target": self.target,
            "began": written(self.began),
            "ended": written(self.ended),
            "events": [each.to_json() for each in self.events],
        }

    def write(self) -> str:
        """Returns the document as text."""
        return json.dumps(self.to_json())

    def since(self, began: datetime) -> "Timeline":
        """Returns what happened from then on."""
        later = tuple(each for each in self.events if each.at >= began)
        return replace(self, began=max(began, self.began), events=later)

    def with_events(self, events: Iterable[Event]) -> "Timeline":
        """Returns this with more events, at their places."""
        return replace(self, events=in_order([*self.events, *events]))


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Returns events in the order of their times; those of one time stay as they are."""
    return tuple(sorted(events, key=lambda each: each.at))


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
