# SPDX-License-Identifier: Apache-2.0
"""From a timeline to lanes: for each task when it was in which state, and had what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest

from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.event import Event

STARTING = ("PROVISIONING", "PENDING", "ACTIVATING")
RUNNING = "RUNNING"
STOPPED = "STOPPED"
CHAIN = ("interface", "instance", "record")
"""What a task has while it can be found, in the order in which it gets it."""


@dataclass(frozen=True)
class Span:
    """A time in which something was so; `what` says what."""

    what: str
    began: datetime
    ended: datetime
    is_open: bool
    """Whether it was still so at the end."""
    message: str = ""

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Lane:
    """A task, or an instance that somebody else has registered, and all that it had."""

    task: str
    service: str
    """Empty for a task, or an instance, of none."""
    address: str
    states: tuple[Span, ...]
    """One after the other; STOPPED has no length."""
    had: dict[str, tuple[Span, ...]] = field(hash=False)
    """By the layers of CHAIN."""
    reason: str
    """Why it stops; empty when nobody has said it."""
    expected: frozenset[str] = frozenset()
    """The layers that some task of its service ever had."""

    @property
    def began(self) -> datetime:
        every = [*self.states, *(span for spans in self.had.values() for span in spans)]
        return min(span.began for span in every)

    @property
    def lacking(self) -> tuple[str, ...]:
        """What it does not have although it runs at the end: where the chain has broken.

        What no task of its service ever had does not count: a service may have no registry, or one
        without DNS.
        """
        if not self.states or self.states[-1].what != RUNNING or not self.states[-1].is_open:
            return ()
        has = {layer for layer in CHAIN if any(each.is_open for each in self.had[layer])}
        return tuple(layer for layer in CHAIN if layer in self.expected - has)

    def entered(self, state: str) -> datetime | None:
        """Returns when it entered a state, None when it did not."""
        return next((span.began for span in self.states if span.what == state), None)

    def got(self, layer: str) -> datetime | None:
        """Returns when it first had an interface, an instance, a record."""
        return min((span.began for span in self.had[layer]), default=None)


def lanes(timeline: Timeline) -> tuple[Lane, ...]:
    """Returns a lane for each task, by service and beginning; then for each instance of none."""
    by_task: dict[tuple[str, str], list[Event]] = {}
    for event in timeline.events:
        if event.task and event.layer in ("task", *CHAIN):
            by_task.setdefault((event.account or "", event.task), []).append(event)
        elif event.layer == "account" and event.what == "reset":
            for key, events in by_task.items():
                if event.account in (None, key[0]):
                    events.append(event)
    found: list[Lane] = []
    by_service: dict[tuple[str | None, ...], set[str]] = {}
    for key, events in by_task.items():
        lane = _lane(key[1], events, timeline)
        expected = by_service.setdefault(_service_key(events), set())
        expected.update(layer for layer in CHAIN if lane.had[layer])
        found.append(lane)
    found = [
        replace(lane, expected=frozenset(by_service[_service_key(events)]))
        for lane, events in zip(found, by_task.values(), strict=True)
    ]
    # Of some there is only a health that changed: what came before is not kept any more.
    found = [lane for lane in found if lane.states or any(lane.had.values())]
    return tuple(
        sorted(found, key=lambda lane: (not lane.service, lane.service, lane.began, lane.task))
    )


def chosen(every: Iterable[Lane], most: int) -> tuple[Lane, ...]:
    """Returns so many lanes at the most: first those whose chain has broken, or that were told why
    they stop; in the order in which they were.
    """
    every = tuple(every)
    ranked = sorted(range(len(every)), key=lambda n: (not every[n].lacking, not every[n].reason, n))
    return tuple(every[n] for n in sorted(ranked[:most]))


def _service_key(events: list[Event]) -> tuple[str | None, ...]:
    """Whose tasks are alike: those of one service; a task of none is like no other."""
    for each in reversed(events):
        if each.layer == "task" and each.service:
            return each.account, each.region, each.cluster, each.service
    return events[0].account, events[0].task


def _lane(task: str, events: list[Event], timeline: Timeline) -> Lane:
    """`events` has the resets of the account too: they end all that was there."""
    of_task = [each for each in events if each.layer == "task"]
    services = [f"{each.cluster}/{each.service}" for each in of_task if each.service]
    addresses = [each.address or (each.values or ("",))[0] for each in events]

    def of(layer: str) -> list[Event]:
        return [each for each in events if each.layer in (layer, "account")]

    return Lane(
        task,
        services[-1] if services else "",
        next((each for each in reversed(addresses) if each), ""),
        tuple(_states(of("task"), timeline.ended)),
        {layer: tuple(_spans(of(layer), timeline)) for layer in CHAIN},
        next((each.message for each in of_task if each.message), ""),
    )


def _states(events: list[Event], end: datetime) -> Iterator[Span]:
    for event, later in zip_longest(events, events[1:]):
        if event.layer == "account":
            continue
        message = event.message or ""
        if event.what == STOPPED:
            yield Span(STOPPED, event.at, event.at, False, message)
        elif later is not None:
            yield Span(event.what, event.at, later.at, False, message)
        else:
            yield Span(event.what, event.at, end, True, message)


def _spans(events: list[Event], timeline: Timeline) -> Iterator[Span]:
    """What came and went; what went and was not seen coming was there at the beginning.

    After a reset nothing is there that has not come since.
    """
    there: dict[tuple[str | None, ...], Event] = {}
    began: datetime | None = timeline.began
    for event in events:
        if event.layer == "account":
            for each in there.values():
                yield Span(_words(each), each.at, event.at, False)
            there.clear()
            began = None
        elif event.what == "came":
            there.setdefault(event.thing, event)
        elif event.what == "went":
            came = there.pop(event.thing, None)
            if since := came.at if came else began:
                yield Span(_words(event), since, event.at, False)
    for event in there.values():
        yield Span(_words(event), event.at, timeline.ended, True)


def _words(event: Event) -> str:
    values = f" {' '.join(event.values)}" if event.values else ""
    return f"{event.id or event.name or event.layer}{values}"
