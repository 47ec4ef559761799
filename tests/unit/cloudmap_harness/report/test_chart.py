# SPDX-License-Identifier: Apache-2.0
"""The chart's axis, its rows of steps, and words that fit."""

import pytest

from cloudmap_harness.report.chart import WIDTH, chart, fitting, seconds_text, tick
from cloudmap_harness.report.report import Report
from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.lanes import lanes
from tests.unit.cloudmap_harness.report.example import failed_report
from tests.unit.cloudmap_harness.timeline.story import (
    NAME,
    SERVICE,
    at,
    life,
    step,
    story,
    task_id,
    timeline,
)


@pytest.mark.parametrize(
    ("seconds", "between"), [(0.004, 0.001), (1, 0.2), (30, 5), (61, 10), (3600, 500)]
)
def test_an_axis_has_few_ticks_at_round_numbers(seconds: float, between: float) -> None:
    assert tick(seconds) == pytest.approx(between)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "+0 s"), (0.0421, "+0.042 s"), (4.5, "+4.5 s"), (312.04, "+312 s")]
)
def test_seconds_are_short(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_a_text_that_does_not_fit_is_cut_or_left_out() -> None:
    assert fitting("RUNNING", 100) == "RUNNING"
    assert fitting("terraform apply", 60) == "terrafo…"
    assert fitting("terraform apply", 20) == ""


def rows(report: Report) -> dict[str, float]:
    """The height at which each step is."""
    boxes = chart(report, ()).boxes
    return {box.title.split()[1].rstrip(":"): box.y for box in boxes if "step" in box.kind}


def test_a_step_within_another_is_below_it() -> None:
    events = [*step("deploy", 0, 9), *step("init", 1, 2), *step("apply", 2, 8)]
    found = rows(failed_report(timeline(*events, *step("check", 9, 10))))
    assert found["deploy"] == found["check"]
    assert found["init"] == found["apply"] > found["deploy"]


def test_nothing_is_drawn_outside() -> None:
    report = failed_report(timeline(*life(0, -5, 40), *step("late", 25, 99)))
    drawn = chart(report, lanes(report.timeline))
    assert all(0 <= box.x and box.x + box.width <= WIDTH + 2 for box in drawn.boxes)
    assert all(0 <= mark.x <= WIDTH for mark in drawn.marks)
    assert all(box.y + box.height <= drawn.height for box in drawn.boxes)


def test_a_broken_chain_is_said_in_its_lane() -> None:
    without = [
        each for each in story(2).events if each.layer != "instance" or each.task != task_id(0)
    ]
    report = failed_report(timeline(*without))
    (mark,) = [m for m in chart(report, lanes(report.timeline)).marks if m.kind == "lacking"]
    assert mark.text == "no instance"


def test_tasks_stand_below_their_service_and_instances_of_none_come_last() -> None:
    by_hand = Event(at=at(1), layer="instance", what="came", task="one", registry="srv-1")
    drawn = chart(
        failed_report(timeline(by_hand)), lanes(timeline(by_hand, *life(0, 1), *life(1, 2)))
    )
    assert [name for _, name in drawn.groups] == ["shop/web", "instances of no ECS service"]
    heights = [y for y, _ in drawn.groups]
    rows = [label.y for label in drawn.labels]
    assert heights[0] < rows[0] < rows[1] < heights[1] < rows[2]


@pytest.mark.parametrize(
    ("status", "values", "kind"),
    [
        ("NOERROR", ("10.0.8.4",), "good"),
        ("NOERROR", (), "none"),
        ("NXDOMAIN", (), "none"),
        ("SERVFAIL", (), "bad"),
    ],
)
def test_an_answer_without_an_address_is_no_failure(
    status: str, values: tuple[str, ...], kind: str
) -> None:
    asked = Event(at=at(1), layer="dns", what="answered", name=NAME, status=status, values=values)
    assert [mark.kind for mark in chart(failed_report(timeline(asked)), ()).marks] == [kind]


def test_a_service_that_went_is_no_failure() -> None:
    went = Event(at=at(1), layer="service", what="went", **SERVICE)
    assert [mark.kind for mark in chart(failed_report(timeline(went)), ()).marks] == ["went"]
