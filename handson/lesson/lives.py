# SPDX-License-Identifier: Apache-2.0
"""The lives of the tasks, from the endpoint's timeline (docs/timeline.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cloudmap_harness.timeline.event import Event


@dataclass(frozen=True)
class TaskLife:
    """When a task was what; seconds on AWS since the clients began, None where it never was."""

    task: str
    address: str
    began: float
    registered: float | None = None
    """Its record came."""
    deregistered: float | None = None
    """Its record went."""
    stopping: float | None = None
    """Its containers got SIGTERM."""
    stopped: float | None = None

    def is_published(self, at: float) -> bool:
        """Returns whether DNS answers with the task's address at that time."""
        if self.registered is None or at < self.registered:
            return False
        return self.deregistered is None or at < self.deregistered


def lives_of(
    events: Iterable[Event], service: str, *, began: float, factor: float
) -> tuple[TaskLife, ...]:
    """Returns the lives of a service's tasks, the oldest first.

    `began` is the UNIX time at which the clients began, and `factor` that of the pace.
    """
    seen: dict[str, dict[str, datetime]] = {}
    addresses: dict[str, str] = {}
    for event in events:
        task = event.task or ""
        if event.layer == "task" and event.service == service:
            seen.setdefault(task, {}).setdefault(event.what, event.at)
            addresses[task] = event.address or addresses.get(task, "")
        elif event.layer == "record" and task in seen:
            seen[task].setdefault(f"record {event.what}", event.at)

    def at(life: Mapping[str, datetime], what: str) -> float | None:
        return (life[what].timestamp() - began) * factor if what in life else None

    return tuple(
        TaskLife(
            task,
            addresses[task],
            at(life, "PROVISIONING") or 0.0,
            at(life, "record came"),
            at(life, "record went"),
            at(life, "STOPPING"),
            at(life, "STOPPED"),
        )
        for task, life in seen.items()
    )
