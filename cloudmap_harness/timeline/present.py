# SPDX-License-Identifier: Apache-2.0
"""What there is now, made of events one after another: services, tasks and their chains."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.lanes import CHAIN, RUNNING, STOPPED

_ServiceKey = tuple[str, str, str]
"""Account, cluster, service."""


@dataclass
class PresentTask:
    """A task that has not stopped, or an instance of no task."""

    id: str
    account: str
    state: str = ""
    """Empty for an instance, or a record, of no task."""
    service: _ServiceKey | None = None
    address: str = ""
    has: dict[str, set[tuple[object, ...]]] = field(
        default_factory=lambda: {layer: set() for layer in CHAIN}
    )
    health: str = ""

    @property
    def is_gone(self) -> bool:
        return self.state in ("", STOPPED) and not any(self.has.values())


@dataclass
class PresentService:
    """A service, and how many of its tasks have come how far."""

    cluster: str
    name: str
    account: str
    desired: int
    running: int = 0
    instances: int = 0
    records: int = 0


class Present:
    """The present; `apply` takes it one event further."""

    def __init__(self) -> None:
        self.tasks: dict[tuple[str, str], PresentTask] = {}
        self._desired: dict[_ServiceKey, int] = {}

    def clear(self) -> None:
        self.tasks.clear()
        self._desired.clear()

    def apply(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.layer == "account" and event.what == "reset":
                self._reset(event.account)
            elif event.layer == "service":
                self._service(event)
            elif event.task and event.layer in ("task", *CHAIN):
                self._task(event)

    def services(self) -> list[PresentService]:
        """Returns the services in the order of their names."""
        found = {
            key: PresentService(key[1], key[2], key[0], desired)
            for key, desired in self._desired.items()
        }
        for task in self.tasks.values():
            if task.service in found:
                service = found[task.service]
                service.running += task.state == RUNNING
                service.instances += bool(task.has["instance"])
                service.records += bool(task.has["record"])
        return [found[key] for key in sorted(found)]

    def _reset(self, account: str | None) -> None:
        for key in [key for key in self._desired if account in (None, key[0])]:
            del self._desired[key]
        for at in [at for at, task in self.tasks.items() if account in (None, task.account)]:
            del self.tasks[at]

    def _service(self, event: Event) -> None:
        key = (event.account or "", event.cluster or "", event.service or "")
        if event.what == "desired" and event.count is not None:
            self._desired[key] = event.count
        elif event.what == "went":
            self._desired.pop(key, None)

    def _task(self, event: Event) -> None:
        account, id_ = event.account or "", event.task or ""
        task = self.tasks.setdefault((account, id_), PresentTask(id_, account))
        if event.layer == "task":
            task.state = event.what
            if event.service:
                task.service = (account, event.cluster or "", event.service)
        elif event.what in ("came", "went"):
            has = task.has[event.layer]
            (has.add if event.what == "came" else has.discard)(event.thing)
        elif event.layer == "instance":
            task.health = event.what
        task.address = event.address or task.address or " ".join(event.values or ())
        if task.is_gone:
            del self.tasks[account, id_]
