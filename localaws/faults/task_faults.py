# SPDX-License-Identifier: Apache-2.0
"""Faults of tasks: a crash, an image that cannot be pulled, an unhealthy container, a zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from localaws.faults.call_faults import FaultError

KINDS = {
    "crash": "an essential container ends with exitCode, `after` seconds after it began",
    "pull": "the tasks' image cannot be pulled",
    "unhealthy": "the tasks' containers fail their health check",
    "zone": "the Availability Zone is down: its tasks end, and none starts there",
}
"""The kinds of faults, and what each does."""


class Hit(Protocol):
    """A task, as a fault looks at it."""

    @property
    def cluster_name(self) -> str: ...
    @property
    def service_name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def images(self) -> list[str]: ...
    @property
    def availability_zone(self) -> str: ...


@dataclass(frozen=True)
class TaskFault:
    """A fault of the tasks that match all that is given."""

    kind: str
    cluster: str | None = None
    service: str | None = None
    family: str | None = None
    image: str | None = None
    """The beginning of the image's name."""
    zone: str | None = None
    exit_code: int = 1
    after: float = 0.0
    """Seconds that a task runs before it crashes."""
    asked: Mapping[str, Any] = field(default_factory=dict)

    def hits(self, task: Hit) -> bool:
        """Whether the task is one that the fault is for."""
        return (
            self.cluster in (None, task.cluster_name)
            and self.service in (None, task.service_name)
            and self.family in (None, task.family)
            and self.zone in (None, task.availability_zone)
            and (self.image is None or any(each.startswith(self.image) for each in task.images))
        )

    @property
    def sentence(self) -> str:
        """The fault in words: `crash of tasks of service httpd`."""
        if self.kind == "zone":
            return f"{self.zone} is down"
        chosen = [
            f"{name} {getattr(self, name)}"
            for name in ("cluster", "service", "family", "image", "zone")
            if getattr(self, name)
        ]
        whose = f"tasks of {', '.join(chosen)}" if chosen else "all tasks"
        return {
            "crash": f"{whose} crash with exit code {self.exit_code}",
            "pull": f"the image of {whose} cannot be pulled",
            "unhealthy": f"{whose} are unhealthy",
        }[self.kind]


NAMES = {"exitCode": "exit_code"}
TYPES: Mapping[str, Any] = {"exit_code": int, "after": (int, float)}


def task_fault(asked: Any) -> TaskFault:
    """Reads a fault: `{"kind": "crash", "service": "httpd"}`. Raises FaultError."""
    kinds = "; ".join(f"{kind}: {what}" for kind, what in KINDS.items())
    if not isinstance(asked, dict) or asked.get("kind") not in KINDS:
        raise FaultError(f"`kind` has to be one of these. {kinds}")
    known = {each.name for each in fields(TaskFault)} - {"asked"}
    values: dict[str, Any] = {}
    for given, value in asked.items():
        name = NAMES.get(given, given)
        if name not in known or given in NAMES.values():
            shown = sorted(NAMES.keys() | known - {*NAMES.values()})
            raise FaultError(f"a fault has no {given!r}; there are: {', '.join(shown)}")
        if isinstance(value, bool) or not isinstance(value, TYPES.get(name, str)):
            raise FaultError(f"{given}={value!r} has another type than a fault wants")
        values[name] = value
    if asked["kind"] == "zone" and not asked.get("zone"):
        raise FaultError("`zone` is wanted too, such as ap-northeast-1a")
    return TaskFault(**values, asked=asked)
