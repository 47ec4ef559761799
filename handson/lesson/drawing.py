# SPDX-License-Identifier: Apache-2.0
"""Draws what the clients of one service did below the lives of its tasks, on one axis of time."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from handson.lesson import svg
from handson.lesson.calls import Call, Outcome
from handson.lesson.figures import failed
from handson.lesson.lives import TaskLife
from handson.lesson.plan import RESTART
from handson.lesson.run import ServiceRun

_WIDTH = 960.0
_LEFT = 112.0
_RIGHT = 940.0
_TOP = 84.0
_TASK = 8.0
"""The height of a task's line."""
_LANE = 52.0
"""The height of a client's lane: the addresses that it holds, its calls, those that failed."""
_HELD = 14.0
"""The height of all the addresses that a client holds."""
_TICKS = (30, 60, 120, 300)


class _Axis:
    """Places seconds on AWS from the left to the right."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, at: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * min(max(at, 0.0), self.seconds) / self.seconds

    def ticks(self) -> Iterator[int]:
        step = next((each for each in _TICKS if self.seconds / each <= 14), _TICKS[-1])
        yield from range(0, int(self.seconds) + 1, step)


def draw(run: ServiceRun) -> str:
    """Returns the picture of a service's run as SVG."""
    axis = _Axis(max(run.phases[-1].ends, 1.0))
    lives = [life for life in run.lives if life.began < axis.seconds]
    lanes_at = _TOP + _TASK * len(lives) + 22
    bottom = lanes_at + _LANE * len(run.calls)
    parts = [*_heading(run), *_frame(run, axis, bottom), *_tasks(lives, axis)]
    for number, (client, calls) in enumerate(run.calls.items()):
        shown = [each for each in calls if each.at < axis.seconds]
        parts += _lane(client, shown, lives, axis, lanes_at + _LANE * number)
    title = f"Clients of {run.service}, and its tasks"
    return svg.picture(_WIDTH, bottom + 30, title, " ".join(_sentences(run)), parts)


def _sentences(run: ServiceRun) -> Iterator[str]:
    """Yields what the picture shows."""
    yield "Calls that failed, of all calls, and seconds from the change to the last of them."
    for row in run.rows():
        counts = "; ".join(f"{phase}: {count}" for phase, count in row.counts.items())
        yield f"{row.client}: {counts}."


def _heading(run: ServiceRun) -> Iterator[str]:
    yield svg.text(12, 22, f"{run.service}: what its clients call while its tasks change", "title")
    x = 12.0
    for kind, words in (
        ("page", "answered"),
        ("retried", "answered by a later address"),
        ("failed", "failed"),
        ("believed", "not called: it still knows “no such name”"),
        ("no-name", "there is no task, and it knows"),
    ):
        yield svg.marks(kind, [x + 4], 38)
        yield svg.text(x + 12, 42, words, "quiet")
        x += 26 + 5.9 * len(words)
    yield svg.box(12, 51, 14, 8, "held")
    yield svg.text(30, 59, "addresses it holds", "quiet")
    yield svg.box(142, 51, 14, 8, "gone")
    yield svg.text(160, 59, "of these, addresses of tasks that have left DNS", "quiet")
    yield svg.text(
        _RIGHT, 59, "seconds on AWS; a task is thick while DNS has it", "quiet", anchor="end"
    )


def _frame(run: ServiceRun, axis: _Axis, bottom: float) -> Iterator[str]:
    """Yields the axis, and a line for each change."""
    yield svg.line(_LEFT, bottom, _RIGHT, bottom, "rule")
    for tick in axis.ticks():
        yield svg.line(axis(tick), bottom, axis(tick), bottom + 4, "rule")
        yield svg.text(axis(tick), bottom + 17, str(tick), "quiet", anchor="middle")
    for phase in run.phases:
        yield svg.line(axis(phase.begins), _TOP - 6, axis(phase.begins), bottom, "change")
        # The restart is close to the deployment, whose name stands on the other side.
        anchor, gap = ("end", -3) if phase.name == RESTART else ("start", 3)
        yield svg.text(axis(phase.begins) + gap, _TOP - 8, phase.name, anchor=anchor)


def _tasks(lives: Sequence[TaskLife], axis: _Axis) -> Iterator[str]:
    """Yields a line for each task, thick while its record is there, with a cross at SIGTERM."""
    yield svg.text(12, _TOP + 10, "tasks")
    for number, life in enumerate(lives):
        y = _TOP + _TASK * (number + 0.5)
        ends = axis.seconds if life.stopping is None else life.stopping
        yield svg.line(axis(life.began), y, axis(ends), y, "waiting")
        if life.registered is not None:
            until = axis.seconds if life.deregistered is None else life.deregistered
            left = axis(life.registered)
            yield svg.box(left, y - 2.5, axis(until) - left, 5, "task")
        if life.stopping is not None and life.stopping < axis.seconds:
            yield svg.marks("failed", [axis(life.stopping)], y)


def _lane(
    client: str, calls: Sequence[Call], lives: Sequence[TaskLife], axis: _Axis, top: float
) -> Iterator[str]:
    """Yields a client's name, the addresses that it holds, and its calls."""
    yield svg.line(12, top, _RIGHT, top, "rule")
    yield svg.text(12, top + 20, client)
    yield from _held(calls, lives, axis, top + 5)
    xs: dict[str, list[float]] = {kind: [] for kind in svg.SHAPES}
    for call in calls:
        xs[_kind(call, lives)].append(axis(call.at))
    for kind, places in xs.items():
        # Those that failed have a row of their own.
        yield svg.marks(kind, places, top + (42 if kind in ("failed", "believed") else 30))


def _kind(call: Call, lives: Sequence[TaskLife]) -> str:
    result = call.result
    if failed(call, lives):
        return "believed" if result.outcome is Outcome.NO_NAME else "failed"
    if result.outcome is Outcome.NO_NAME:
        return "no-name"
    return "retried" if len(result.tried) > 1 else "page"


def _held(
    calls: Sequence[Call], lives: Sequence[TaskLife], axis: _Axis, top: float
) -> Iterator[str]:
    """Yields the number of addresses that a client holds, over time; hatched are those gone."""
    steps: list[tuple[float, tuple[int, int]]] = []
    for call in calls:
        published = {life.address for life in lives if life.is_published(call.at)}
        there = sum(str(address) in published for address in call.result.held)
        steps.append((call.at, (there, len(call.result.held) - there)))
    most = max((sum(counts) for _, counts in steps), default=1) or 1
    changes = [next(group) for _, group in groupby(steps, key=lambda step: step[1])]
    ends = calls[-1].at if calls else 0.0
    for (begin, (there, gone)), (end, _) in pairwise([*changes, (ends, (0, 0))]):
        left, width = axis(begin), axis(end) - axis(begin)
        if not there + gone:
            yield svg.line(left, top + _HELD, left + width, top + _HELD, "none")
            continue
        height = _HELD / most
        if there:
            yield svg.box(left, top + _HELD - height * there, width, height * there, "held")
        if gone:
            yield svg.box(left, top + _HELD - height * (there + gone), width, height * gone, "gone")
