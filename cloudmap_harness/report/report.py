# SPDX-License-Identifier: Apache-2.0
"""What a report says, as a value: the HTML file and the Markdown summary print it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from cloudmap_harness.discovery.summary import CheckSummary
from cloudmap_harness.timeline.document import Timeline


class Outcome(StrEnum):
    """How a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Step:
    """A step of the run, or of Terraform within one."""

    name: str
    depth: int
    """0 for a step of the run, 1 for one within it, and so on."""
    offset: float
    """Seconds from the beginning of the recording."""
    seconds: float | None
    """None when its end is not known."""
    what: str
    """`ended`, `failed`, or `began` when its end is not known."""
    message: str


@dataclass(frozen=True)
class Failure:
    """Something that failed, in its own words."""

    name: str
    words: str


@dataclass(frozen=True)
class Report:
    """A run, told afterwards."""

    title: str
    place: str
    """The target and where it is; empty when none was reached."""
    outcome: Outcome
    failures: tuple[Failure, ...]
    timeline: Timeline
    checks: tuple[CheckSummary, ...]
    """The last observation of each service that was looked at."""
    gaps: tuple[str, ...]
    """What could not be recorded, and why."""
    versions: tuple[tuple[str, str], ...]
    side_by_side: bool = False
    """Whether steps that overlap run beside one another, as tests do, and not one in another."""

    @property
    def seconds(self) -> float:
        return (self.timeline.ended - self.timeline.began).total_seconds()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in the order in which they began."""
        found = tuple(_steps(self.timeline))
        return tuple(replace(each, depth=0) for each in found) if self.side_by_side else found


def _steps(timeline: Timeline) -> Iterator[Step]:
    found: list[Step] = []
    is_open: list[int] = []
    for event in timeline.events:
        if event.layer != "step":
            continue
        name = event.name or "?"
        offset = (event.at - timeline.began).total_seconds()
        if event.what == "began":
            is_open.append(len(found))
            found.append(Step(name, len(is_open) - 1, offset, None, "began", ""))
            continue
        at = next((n for n in reversed(is_open) if found[n].name == name), None)
        if at is None:  # Its beginning is not known: tests of a worker that ended meanwhile.
            seconds = event.seconds or 0.0
            found.append(Step(name, 0, offset - seconds, seconds, event.what, event.message or ""))
            continue
        is_open.remove(at)
        step = found[at]
        seconds = event.seconds if event.seconds is not None else offset - step.offset
        found[at] = Step(name, step.depth, step.offset, seconds, event.what, event.message or "")
    yield from found


def result(step: Step) -> str:
    """Returns how a step ended, in words."""
    if step.what == "ended":
        return step.message or "done"
    if step.what == "began":
        return "did not end"
    return f"{step.what}: {step.message}" if step.message else step.what
