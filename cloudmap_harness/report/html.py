# SPDX-License-Identifier: Apache-2.0
"""The report as one HTML file: no script, nothing from elsewhere, readable from disk."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from cloudmap_harness.report.chart import WIDTH, chart, seconds_text, told
from cloudmap_harness.report.report import Report, result
from cloudmap_harness.timeline.event import Event, written
from cloudmap_harness.timeline.lanes import CHAIN, RUNNING, STOPPED, Lane, chosen, lanes
from cloudmap_harness.timeline.words import short

LANES = 60
"""The most tasks that are drawn and listed: those first whose chain has broken."""
EVENTS = 2000
"""The most events in the table."""
ECS_EVENTS = 100
"""The most entries of ECS's own lists of events: the latest."""


def html(report: Report) -> str:
    """Returns the page. All that was read at a target, or said by a tool, is escaped."""
    every = lanes(report.timeline)
    drawn = chosen(every, LANES)
    events = _events(report, drawn, every)
    environment = Environment(
        loader=PackageLoader("cloudmap_harness.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    began = report.timeline.began
    ecs = [each for each in report.timeline.events if (each.layer, each.what) == _ECS_EVENT]
    return environment.get_template("report.html.j2").render(
        report=report,
        chart=chart(report, drawn),
        width=WIDTH,
        began=written(began),
        ended=written(report.timeline.ended),
        tasks=[_task(lane, report) for lane in drawn],
        hidden_tasks=len(every) - len(drawn),
        events=[*told(events[:EVENTS], began)],
        hidden_events=len(report.timeline.events) - len(events[:EVENTS]),
        ecs_events=[*told(ecs[-ECS_EVENTS:], began)],
        hidden_ecs_events=max(len(ecs) - ECS_EVENTS, 0),
        result=result,
        seconds_text=seconds_text,
    )


_ECS_EVENT = ("service", "event")


def _events(report: Report, drawn: Sequence[Lane], every: Sequence[Lane]) -> list[Event]:
    """The events but those of tasks that are not drawn."""
    hidden = {lane.task for lane in every} - {lane.task for lane in drawn}
    return [
        each
        for each in report.timeline.events
        if not (each.layer in ("task", *CHAIN) and each.task in hidden)
    ]


def _task(lane: Lane, report: Report) -> list[str]:
    """A task in words: who, when it got what, and how it ended."""
    began = report.timeline.began
    times = [
        lane.states[0].began if lane.states else None,
        *(lane.got(layer) for layer in CHAIN),
        lane.entered(RUNNING),
        lane.entered(STOPPED),
    ]
    cells = ["" if at is None else seconds_text((at - began).total_seconds()) for at in times]
    last = [f"runs, no {', no '.join(lane.lacking)}"] if lane.lacking else []
    return [short(lane.task), lane.address, lane.service, *cells, *(last or [lane.reason])]
