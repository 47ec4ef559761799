# SPDX-License-Identifier: Apache-2.0
"""One thing that happened, in the form of docs/timeline.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from cloudmap_harness.errors import HarnessError


class TimelineError(HarnessError):
    """Raised for a document, or a message of the stream, that is not of the documented form."""

    def __init__(self, where: str, got: object, expected: str) -> None:
        text = repr(got)
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        super().__init__(f"the timeline's {where}: got {shown}, expected {expected}")
        self.where, self.got, self.expected = where, got, expected


@dataclass(frozen=True, kw_only=True)
class Event:
    """A change or an answer. What is not known, or makes no sense for the layer, is None."""

    at: datetime
    layer: str
    what: str
    account: str | None = None
    region: str | None = None
    cluster: str | None = None
    service: str | None = None
    task: str | None = None
    id: str | None = None
    """The interface's."""
    registry: str | None = None
    """The id of the Cloud Map service."""
    zone: str | None = None
    """The id of the hosted zone."""
    vpc: str | None = None
    name: str | None = None
    type: str | None = None
    ttl: int | None = None
    values: tuple[str, ...] | None = None
    healthy: bool | None = None
    address: str | None = None
    zone_name: str | None = None
    """The availability zone."""
    groups: tuple[str, ...] | None = None
    count: int | None = None
    api: str | None = None
    status: str | int | None = None
    """DNS's by name, HTTP's and a call's by number."""
    seconds: float | None = None
    source: str | None = None
    """The task that asks; None for the VPC's bastion."""
    message: str | None = None

    @classmethod
    def from_json(cls, value: object, where: str = "event") -> "Event":
        """Returns the event; members that are not known are passed over. Raises TimelineError."""
        if not isinstance(value, Mapping):
            raise TimelineError(where, value, "a JSON object")
        found: dict[str, Any] = {}
        for name, (accepts, expected) in _MEMBERS.items():
            member = value.get(name)
            if member is None:
                if name in _NEEDED:
                    raise TimelineError(f"{where}.{name}", None, expected)
            elif not accepts(member):
                raise TimelineError(f"{where}.{name}", member, expected)
            else:
                found[name] = tuple(member) if isinstance(member, list) else member
        found["at"] = moment(found["at"], f"{where}.at")
        return cls(**found)

    @property
    def thing(self) -> tuple[str | None, ...]:
        """What came, changed or went of a task: it is the same thing in each of these events."""
        return self.layer, self.id, self.registry, self.zone, self.name, self.type

    def to_json(self) -> dict[str, Any]:
        """Returns the members that are known."""
        found: dict[str, Any] = {}
        for name in _MEMBERS:
            value = getattr(self, name)
            if value is not None:
                found[name] = list(value) if isinstance(value, tuple) else value
        return found | {"at": written(self.at)}


def moment(text: object, where: str) -> datetime:
    """Returns the time of an RFC 3339 text, in UTC. Raises TimelineError."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise TimelineError(where, text, "a time such as 2026-11-28T09:00:04.120Z")
    return at.astimezone(UTC)


def written(at: datetime) -> str:
    """Returns a time as RFC 3339 in UTC with milliseconds."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def now() -> datetime:
    """Returns the time, in UTC and, as the form has it, in whole milliseconds."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_TEXT = (_is_text, "text")
_KINDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "ttl": (_is_count, "a whole number"),
    "count": (_is_count, "a whole number"),
    "seconds": (_is_number, "a number"),
    "healthy": (lambda value: isinstance(value, bool), "true or false"),
    "values": (_is_texts, "a list of texts"),
    "groups": (_is_texts, "a list of texts"),
    "status": (lambda value: _is_text(value) or _is_count(value), "text or a whole number"),
}
_MEMBERS = {field.name: _KINDS.get(field.name, _TEXT) for field in fields(Event)}
_NEEDED = ("at", "layer", "what")
