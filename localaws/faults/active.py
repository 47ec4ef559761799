# SPDX-License-Identifier: Apache-2.0
"""The faults that are on now; the end of the endpoint ends them, they are not kept."""

from __future__ import annotations

import secrets

from localaws.faults.call_faults import AskedCall, CallFault
from localaws.faults.task_faults import Hit, TaskFault


class Faults:
    """All faults of the endpoint. Each change replaces a list, so that a reader needs no lock."""

    def __init__(self) -> None:
        self.rules: tuple[CallFault, ...] = ()
        """LocalStack's, in the order in which they are tried."""
        self.latency = 0.0
        """Milliseconds by which every call is late."""
        self.own: dict[str, CallFault | TaskFault] = {}
        """Ours, by id."""

    def clear(self) -> None:
        """Ends all faults."""
        self.rules, self.latency, self.own = (), 0.0, {}

    def add(self, fault: CallFault | TaskFault) -> str:
        """Begins a fault; returns its id."""
        id_ = secrets.token_hex(4)
        self.own = {**self.own, id_: fault}
        return id_

    def remove(self, id_: str) -> bool:
        """Ends one fault; says whether it was on."""
        was_on = id_ in self.own
        self.own = {each: fault for each, fault in self.own.items() if each != id_}
        return was_on

    def of_call(self, call: AskedCall) -> CallFault | None:
        """The first rule that hits a call."""
        own = (each for each in self.own.values() if isinstance(each, CallFault))
        return next((rule for rule in (*self.rules, *own) if rule.hits(call)), None)

    def of_task(self, kind: str, task: Hit) -> TaskFault | None:
        """The first fault of a kind that hits a task."""
        for fault in self.own.values():
            if isinstance(fault, TaskFault) and fault.kind == kind and fault.hits(task):
                return fault
        return None

    def zones_down(self) -> set[str]:
        """The zones in which nothing can start."""
        return {
            fault.zone or ""
            for fault in self.own.values()
            if isinstance(fault, TaskFault) and fault.kind == "zone"
        }

    @property
    def sentences(self) -> list[str]:
        """Each fault that is on, in words."""
        effects = [f"all calls are late by {self.latency:g} ms"] if self.latency else []
        return [*effects, *(each.sentence for each in (*self.rules, *self.own.values()))]


ACTIVE = Faults()
"""Of the one endpoint of this process."""
