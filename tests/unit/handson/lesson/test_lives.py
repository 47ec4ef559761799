# SPDX-License-Identifier: Apache-2.0
"""The lives of tasks, read from a timeline as docs/timeline.md has it."""

from datetime import UTC, datetime
from typing import Any

from cloudmap_harness.timeline.event import Event
from handson.lesson.lives import TaskLife, lives_of

BEGAN = 1_795_856_400.0
"""2026-11-28T09:00:00Z."""


def event(second: float, layer: str, what: str, task: str | None, **more: Any) -> Event:
    at = datetime.fromtimestamp(BEGAN + second, UTC)
    return Event(at=at, layer=layer, what=what, task=task, **more)


def of_task(second: float, what: str, task: str, service: str = "web") -> Event:
    return event(second, "task", what, task, service=service, address=f"10.0.8.{task}")


EVENTS = [
    event(0, "service", "desired", None, service="web"),
    of_task(0.5, "PROVISIONING", "4"),
    of_task(0.5, "PROVISIONING", "5", "other"),
    of_task(1, "ACTIVATING", "4"),
    event(1.25, "record", "came", "4", values=("10.0.8.4",)),
    event(1.25, "record", "came", "5", values=("10.0.8.5",)),
    event(1.25, "record", "came", "by-hand", values=("10.0.8.9",)),
    of_task(2, "RUNNING", "4"),
    of_task(3, "DEACTIVATING", "4"),
    event(3.125, "record", "went", "4"),
    of_task(3.5, "STOPPING", "4"),
    of_task(4, "STOPPED", "4"),
]


def test_a_life_has_the_times_of_the_task_and_its_record_on_the_clock_of_the_lesson() -> None:
    assert lives_of(EVENTS, "web", began=BEGAN, factor=20) == (
        TaskLife("4", "10.0.8.4", 10.0, 25.0, 62.5, 70.0, 80.0),
    )


def test_what_has_not_happened_yet_has_no_time() -> None:
    (life,) = lives_of(EVENTS[:5], "web", began=BEGAN, factor=1)
    assert (life.registered, life.deregistered, life.stopping) == (1.25, None, None)
    assert life.is_published(1.25) and not life.is_published(1.2)


def test_dns_has_a_task_from_its_record_to_the_end_of_that() -> None:
    (life,) = lives_of(EVENTS, "web", began=BEGAN, factor=1)
    assert [life.is_published(at) for at in (1.0, 1.25, 3.1, 3.125, 9)] == [
        False,
        True,
        True,
        False,
        False,
    ]
