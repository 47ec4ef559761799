# SPDX-License-Identifier: Apache-2.0
"""What the lesson measured: calls that failed, client by client and phase by phase."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from handson.lesson.calls import Call, Outcome
from handson.lesson.lives import TaskLife
from handson.lesson.plan import PHASES, Phase

_SETTLED = 8
"""A client is right again when none of its last calls in a phase failed; so many are looked at."""


@dataclass(frozen=True)
class Count:
    """The calls of one client in one phase."""

    failed: int
    calls: int
    seconds: float | None
    """From the change to the last call that failed, 0 without one; None when they still fail."""

    def __str__(self) -> str:
        if not self.failed:
            return "0"
        until = "never" if self.seconds is None else f"{self.seconds:.0f} s"
        return f"{self.failed}/{self.calls} {until}"


@dataclass(frozen=True)
class Row:
    """One client of one service."""

    service: str
    client: str
    counts: Mapping[str, Count]
    """By the name of the phase; the empty service has only one."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How often a call failed in which way."""

    @classmethod
    def of(
        cls,
        service: str,
        client: str,
        calls: Sequence[Call],
        lives: Sequence[TaskLife],
        phases: Sequence[Phase],
    ) -> Self:
        """Counts what a client did."""
        counted = [phase for phase in phases if phase.name in PHASES]
        wrong = Counter(
            each.result.outcome.value
            for phase in counted
            for each in calls
            if phase.has(each.at) and failed(each, lives)
        )
        return cls(
            service,
            client,
            {phase.name: count(calls, lives, phase) for phase in counted},
            dict(sorted(wrong.items())),
        )


@dataclass(frozen=True)
class Figures:
    """All that docs/ttl.md and the table show of a run."""

    factor: float
    interval: float
    negative: int
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Returns the figures as JSON's types; `from_json` reads them."""
        return {
            "factor": self.factor,
            "interval": self.interval,
            "negative": self.negative,
            "rows": [
                {
                    "service": row.service,
                    "client": row.client,
                    "counts": {name: vars(each) for name, each in row.counts.items()},
                    "outcomes": dict(row.outcomes),
                }
                for row in self.rows
            ],
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Returns the figures that `as_json` wrote."""
        rows = (
            Row(
                each["service"],
                each["client"],
                {name: Count(**fields) for name, fields in each["counts"].items()},
                each["outcomes"],
            )
            for each in found["rows"]
        )
        return cls(found["factor"], found["interval"], found["negative"], tuple(rows))

    def outcomes(self) -> Mapping[str, int]:
        """Returns how often all clients' calls failed in which way."""
        return sum((Counter(row.outcomes) for row in self.rows), Counter[str]())


def failed(call: Call, lives: Iterable[TaskLife]) -> bool:
    """Returns whether the client got no page although it could have known better.

    While there is no task, "no such name" is the right answer, and no failure.
    """
    result = call.result
    if result.outcome is not Outcome.NO_NAME:
        return result.outcome is not Outcome.PAGE
    return not result.asked and any(life.is_published(call.at) for life in lives)


def count(calls: Iterable[Call], lives: Sequence[TaskLife], phase: Phase) -> Count:
    """Counts a client's calls in a phase."""
    within = [each for each in calls if phase.has(each.at)]
    wrong = [each for each in within if failed(each, lives)]
    seconds: float | None = wrong[-1].at - phase.begins if wrong else 0.0
    if any(failed(each, lives) for each in within[-_SETTLED:]):
        seconds = None
    return Count(len(wrong), len(within), None if seconds is None else round(seconds, 1))
