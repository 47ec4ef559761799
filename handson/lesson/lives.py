# SPDX-License-Identifier: Apache-2.0
"""The lives of the tasks, from the endpoint's timeline (docs/timeline.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from handson.errors import HandsonError

Event = Mapping[str, Any]
_PATH = "/_localaws/timeline"
_TIMEOUT = 10.0


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


def read_events(endpoint: str) -> list[Event]:
    """Returns the events of the endpoint's timeline. Raises HandsonError."""
    try:
        with urllib3.PoolManager(retries=False, timeout=_TIMEOUT) as http:
            reply = http.request("GET", f"{endpoint}{_PATH}")
            events: list[Event] = reply.json()["events"]
    except (HTTPError, ValueError, KeyError) as error:
        raise HandsonError(f"{endpoint}{_PATH}: {error}") from error
    return events


def lives_of(
    events: Iterable[Event], service: str, *, began: float, factor: float
) -> tuple[TaskLife, ...]:
    """Returns the lives of a service's tasks, the oldest first.

    `began` is the UNIX time at which the clients began, and `factor` that of the pace.
    """
    seen: dict[str, dict[str, Any]] = {}
    for event in events:
        task = event.get("task")
        if event["layer"] == "task" and event.get("service") == service:
            life = seen.setdefault(str(task), {})
            life.setdefault(event["what"], event)
            if "address" in event:
                life["address"] = event["address"]
        elif event["layer"] == "record" and task in seen:
            seen[task].setdefault(f"record {event['what']}", event)

    def at(life: Mapping[str, Any], what: str) -> float | None:
        if what not in life:
            return None
        return (datetime.fromisoformat(life[what]["at"]).timestamp() - began) * factor

    return tuple(
        TaskLife(
            task,
            str(life.get("address", "")),
            at(life, "PROVISIONING") or 0.0,
            at(life, "record came"),
            at(life, "record went"),
            at(life, "STOPPING"),
            at(life, "STOPPED"),
        )
        for task, life in seen.items()
    )
