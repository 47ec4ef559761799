# SPDX-License-Identifier: Apache-2.0
"""The timeline as shapes of an SVG: rows on one axis of time. The template draws them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from cloudmap_harness.report.report import Report, Step
from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.lanes import CHAIN, RUNNING, STARTING, STOPPED, Lane, Span
from cloudmap_harness.timeline.words import describe, predicate, short

WIDTH = 960.0
_LEFT, _RIGHT = 176.0, 30.0
_ROW, _LANE = 20.0, 34.0
_LETTER = 6.1  # The width of a letter at the size of the labels.
_MARK = 6.0  # Marks nearer than this are drawn as one.
_LABEL = 27  # The most characters of a row's label.
_TICKS = 8
_TOUCHING = 2.0  # By so much a step may cover the end of the one before it.
_NICE = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Box:
    """A rectangle; `title` is what a pointer or a screen reader gets, `text` stands in it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """A point in time: a shape of its kind."""

    x: float
    y: float
    kind: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class Label:
    """A row's name at its left; the whole of it is the title."""

    y: float
    text: str
    title: str


@dataclass
class Chart:
    """The shapes, and how high the picture is."""

    height: float = 0.0
    ticks: list[tuple[float, str]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    groups: list[tuple[float, str]] = field(default_factory=list)
    """The services above their tasks."""
    lines: list[float] = field(default_factory=list)
    """Where one row of tasks ends and the next begins."""


def chart(report: Report, lanes: Sequence[Lane]) -> Chart:
    """Returns the shapes of a report's timeline, with these lanes."""
    return _Drawing(report).draw(lanes)


class _Drawing:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._timeline = report.timeline
        self._seconds = max(report.seconds, 0.001)
        self._chart = Chart()
        self._y = 24.0

    def draw(self, lanes: Sequence[Lane]) -> Chart:
        self._axis()
        self._steps(self._report.steps)
        self._faults()
        for (_, service), events in self._by_service().items():
            self._marks(service, events, _service_mark)
        self._marks("calls", self._of("call"), lambda each: ("call", ""))
        self._marks("DNS answers", self._of("dns"), _dns_mark)
        self._marks("HTTP answers", self._of("http"), _http_mark)
        for service, of_service in groupby(lanes, lambda lane: lane.service):
            self._group(service or "instances of no ECS service")
            for lane in of_service:
                self._lane(lane)
        self._chart.height = self._y + 6
        return self._chart

    def _x(self, at: datetime) -> float:
        return self._at((at - self._timeline.began).total_seconds())

    def _at(self, seconds: float) -> float:
        inside = min(max(seconds / self._seconds, 0.0), 1.0)
        return round(_LEFT + inside * (WIDTH - _LEFT - _RIGHT), 1)

    def _axis(self) -> None:
        step = tick(self._seconds)
        count = int(self._seconds / step + 1e-9)
        self._chart.ticks = [(self._at(n * step), seconds_text(n * step)) for n in range(count + 1)]

    def _label(self, text: str, y: float) -> None:
        cut = text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
        self._chart.labels.append(Label(y, cut, text))

    def _steps(self, steps: Sequence[Step]) -> None:
        """Steps in rows: one within another below it, and none over another."""
        free_from: list[float] = []
        top = self._y
        for step in steps:
            end = self._seconds if step.seconds is None else step.offset + step.seconds
            x, width = self._at(step.offset), max(self._at(end) - self._at(step.offset), 2.0)
            while len(free_from) <= step.depth:
                free_from.append(0.0)
            below = range(step.depth, len(free_from))
            row = next((n for n in below if free_from[n] <= x + _TOUCHING), len(free_from))
            free_from[row : row + 1] = [x + width]
            title = f"step {step.name}: {step_text(step)}"
            kind = "step failed" if step.what == "failed" else "step"
            text = f"✗ {step.name}" if step.what == "failed" else step.name
            y = top + row * _ROW
            self._chart.boxes.append(Box(x, y, width, _ROW - 4, kind, title, fitting(text, width)))
        if steps:
            self._label("steps", top + 12)
            self._y = top + len(free_from) * _ROW + 6

    def _faults(self) -> None:
        begun: dict[str, Event] = {}
        spans: list[tuple[Event, datetime]] = []
        for event in self._of("fault"):
            if event.what == "began":
                begun.setdefault(event.message or "", event)
            elif came := begun.pop(event.message or "", None):
                spans.append((came, event.at))
        spans += [(event, self._timeline.ended) for event in begun.values()]
        if not spans:
            return
        for event, end in spans:
            x = self._x(event.at)
            width = max(self._x(end) - x, 2.0)
            text = event.message or "fault"
            box = Box(x, self._y, width, _ROW - 4, "fault", f"fault: {text}", fitting(text, width))
            self._chart.boxes.append(box)
        self._label("faults", self._y + 12)
        self._y += _ROW

    def _of(self, layer: str) -> list[Event]:
        return [each for each in self._timeline.events if each.layer == layer]

    def _by_service(self) -> dict[tuple[str | None, str], list[Event]]:
        """The events of each service; those of two accounts may have one name."""
        found: dict[tuple[str | None, str], list[Event]] = {}
        for event in self._of("service"):
            key = (event.account, f"{event.cluster}/{event.service}")
            found.setdefault(key, []).append(event)
        return found

    def _marks(
        self, label: str, events: Sequence[Event], of: Callable[[Event], tuple[str, str]]
    ) -> None:
        """A row of marks; several at one place are one, which tells them all."""
        if not events:
            return
        places: dict[tuple[float, str], list[tuple[Event, str]]] = {}
        for event in events:
            kind, text = of(event)
            place = (round(self._x(event.at) / _MARK) * _MARK, kind)
            places.setdefault(place, []).append((event, text))
        for (x, kind), there in places.items():
            title = "; ".join(predicate(event) for event, _ in there[:5])
            more = f"; and {len(there) - 5} more" if len(there) > 5 else ""
            at = seconds_text((there[0][0].at - self._timeline.began).total_seconds())
            mark = Mark(x, self._y + 8, kind, f"{at} {title}{more}", there[-1][1])
            self._chart.marks.append(mark)
        self._label(label, self._y + 12)
        self._y += _ROW

    def _group(self, service: str) -> None:
        self._chart.lines.append(self._y - 3)
        self._chart.groups.append((self._y + 12, service))
        self._y += _ROW

    def _lane(self, lane: Lane) -> None:
        y = self._y
        self._chart.lines.append(y - 3)
        name = f"{short(lane.task)} {lane.address}".strip()
        self._label(name, y + 11)
        for span in lane.states:
            self._state(lane, span, y)
        for n, layer in enumerate(CHAIN):
            for span in lane.had[layer]:
                x = self._x(span.began)
                width = max(self._x(span.ended) - x, 2.0)
                title = f"{layer} of {name}: {span.what}, {span_text(span)}"
                box = Box(x, y + 16 + n * 5, width, 3.5, layer, title)
                self._chart.boxes.append(box)
        if lane.lacking:
            words = f"no {', no '.join(lane.lacking)}"
            mark = Mark(WIDTH - 4, y + 23, "lacking", f"{name} runs and has {words}", words)
            self._chart.marks.append(mark)
        self._y += _LANE

    def _state(self, lane: Lane, span: Span, y: float) -> None:
        why = f": {span.message}" if span.message else ""
        x = self._x(span.began)
        if span.what == STOPPED:
            at = seconds_text((span.began - self._timeline.began).total_seconds())
            self._chart.marks.append(Mark(x, y + 7, "stopped", f"{at} STOPPED{why}"))
            return
        width = max(self._x(span.ended) - x, 1.5)
        kind = {RUNNING: "running"}.get(span.what, "stopping")
        kind = "starting" if span.what in STARTING else kind
        title = f"{short(lane.task)} {span.what}, {span_text(span)}{why}"
        self._chart.boxes.append(Box(x, y, width, 14, kind, title, fitting(span.what, width)))


def _service_mark(event: Event) -> tuple[str, str]:
    if event.what == "desired":
        return "desired", f"{event.count}"
    return ("went", "") if event.what == "went" else ("event", "")


def _dns_mark(event: Event) -> tuple[str, str]:
    if event.status not in ("NOERROR", "NXDOMAIN"):
        return "bad", ""
    # A name without tasks has no address, as it should be.
    return ("good" if event.values else "none", "")


def _http_mark(event: Event) -> tuple[str, str]:
    is_good = isinstance(event.status, int) and 200 <= event.status < 400
    return ("good" if is_good else "bad", "")


def fitting(text: str, width: float) -> str:
    """Returns a text, or its beginning, as far as it fits; empty when nothing of it does."""
    room = int((width - 6) / _LETTER)
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room >= 5 else ""


def tick(seconds: float) -> float:
    """Returns the seconds between two ticks of an axis so long: 1, 2 or 5 times a power of ten."""
    power = 0.001
    while True:
        for nice in _NICE:
            if seconds / (nice * power) <= _TICKS:
                return nice * power
        power *= 10


def seconds_text(seconds: float) -> str:
    """Returns seconds from the beginning: `+4.12 s`, `+300 s`."""
    text = f"{seconds:.3f}" if abs(seconds) < 10 else f"{seconds:.1f}"
    return f"+{text.rstrip('0').rstrip('.')} s"


def span_text(span: Span) -> str:
    return f"{span.seconds:.2f} s{', still so at the end' if span.is_open else ''}"


def step_text(step: Step) -> str:
    """Returns how a step went: `failed after 1.2 s: why`."""
    if step.seconds is None:
        return "did not end"
    how = "failed after" if step.what == "failed" else "took"
    return f"{how} {step.seconds:.1f} s{f': {step.message}' if step.message else ''}"


def told(events: Sequence[Event], began: datetime) -> Iterator[tuple[str, Event, str]]:
    """Yields each event's time, the event, and it in words."""
    for event in events:
        yield seconds_text((event.at - began).total_seconds()), event, describe(event)
