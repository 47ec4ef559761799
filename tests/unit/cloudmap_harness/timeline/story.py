# SPDX-License-Identifier: Apache-2.0
"""A timeline to look at: a service of some tasks that start, are asked, and stop."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudmap_harness.timeline.document import Timeline, in_order
from cloudmap_harness.timeline.event import Event

BEGAN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SERVICE: dict[str, Any] = {"cluster": "shop", "service": "web"}
NAME = "web.shop.internal"


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def task_id(number: int) -> str:
    return f"{number:08x}" * 4


def life(number: int, begins: float, ends: float | None = None) -> Iterator[Event]:
    """All of a task: its states, and what it has meanwhile."""
    task, address = task_id(number), f"10.0.{8 + number // 250}.{4 + number % 250}"
    thing: dict[str, Any] = {"task": task, "address": address}
    record: dict[str, Any] = {
        "layer": "record",
        "task": task,
        "zone": "Z1",
        "name": NAME,
        "type": "A",
        "ttl": 300,
        "values": (address,),
    }

    def state(seconds: float, what: str, message: str | None = None) -> Event:
        return Event(at=at(seconds), layer="task", what=what, message=message, **thing, **SERVICE)

    for n, what in enumerate(("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")):
        yield state(begins + n, what)
    yield Event(at=at(begins + 0.5), layer="interface", what="came", id=f"eni-{number}", **thing)
    yield Event(at=at(begins + 2.2), layer="instance", what="came", registry="srv-1", **thing)
    yield Event(at=at(begins + 2.4), what="came", **record)
    if ends is None:
        return
    for n, what in enumerate(("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")):
        yield state(ends + n, what, "Scaling activity initiated by (deployment ecs-svc/1)")
    yield Event(at=at(ends + 0.2), layer="instance", what="went", registry="srv-1", **thing)
    yield Event(at=at(ends + 0.3), what="went", **record)
    yield Event(at=at(ends + 2.5), layer="interface", what="went", id=f"eni-{number}", **thing)


def step(name: str, began: float, ended: float, message: str | None = None) -> Iterator[Event]:
    yield Event(at=at(began), layer="step", what="began", name=name)
    yield Event(
        at=at(ended),
        layer="step",
        what="failed" if message else "ended",
        name=name,
        seconds=ended - began,
        message=message,
    )


def timeline(*events: Event, ended: float = 30.0) -> Timeline:
    return Timeline("events", "local", BEGAN, at(ended), in_order(events))


def story(tasks: int = 4) -> Timeline:
    """A deployment of tasks that is scaled in to one, with answers, a call, and a fault."""
    return timeline(
        *step("deploy", 0, 4),
        *step("terraform apply compute", 1, 3.9),
        *step("check", 4, 12, "after 8 s expected 4 in every layer"),
        Event(at=at(2.9), layer="call", what="CreateService", api="ecs", status=200, seconds=0.01),
        Event(at=at(3), layer="service", what="desired", count=tasks, **SERVICE),
        *(
            event
            for n in range(tasks)
            for event in life(n, 3 + 5 * n / tasks, None if n == 0 else 15)
        ),
        Event(
            at=at(9), layer="service", what="event", message="(service web) has started", **SERVICE
        ),
        Event(at=at(5), layer="dns", what="answered", name=NAME, type="A", status="NXDOMAIN"),
        Event(
            at=at(10),
            layer="dns",
            what="answered",
            name=NAME,
            type="A",
            status="NOERROR",
            values=("10.0.8.4",),
        ),
        Event(at=at(11), layer="http", what="answered", name=NAME, address="10.0.8.4", status=200),
        Event(at=at(12), layer="http", what="answered", name=NAME, message="timed out"),
        Event(at=at(14), layer="service", what="desired", count=1, **SERVICE),
        Event(at=at(16), layer="fault", what="began", message="tasks crash"),
        Event(at=at(18), layer="fault", what="ended", message="tasks crash"),
    )
