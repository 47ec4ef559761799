# SPDX-License-Identifier: Apache-2.0
"""Records a run: its steps, what happened at the target meanwhile, and the last check."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.summary import CheckSummary, summarize
from cloudmap_harness.errors import WaitTimeout
from cloudmap_harness.timeline.document import Timeline, in_order
from cloudmap_harness.timeline.event import Event, now
from cloudmap_harness.timeline.sources import Source

_MESSAGE = 400
"""The most characters of an error's first line that a step keeps; the report has it whole."""


class Recorder:
    """Records from its making to `stop`, which is to come before the endpoint ends.

    A run is never to fail because it is recorded: what cannot be read, for whatever reason, is a
    line of `gaps`.
    """

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._steps: list[Event] = []
        self._seen: tuple[Event, ...] = ()
        self._source: Source | None = None
        self._look: Callable[[], list[CheckSummary]] | None = None
        self._ended: datetime | None = None
        self._target = ""
        self._resolution: float | None = None
        self.began = clock()
        self.checks: list[CheckSummary] = []
        """The last check of each service; those of the failure, once a step has failed."""
        self.gaps: list[str] = []
        """What could not be recorded, and why."""

    def listen(
        self,
        source: Callable[[datetime], Source],
        look: Callable[[], list[CheckSummary]] | None = None,
    ) -> None:
        """Records what happens at a target from now on.

        `source` is called with the beginning of the recording. `look` is called by the method of
        that name, and when a step has failed that has no check of its own.
        """
        self._look = look
        try:
            self._source = source(self.began)
        except Exception as error:
            self._note("the timeline", error)
            return
        self._target, self._resolution = self._source.target, self._source.resolution

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Records that a step begins, and how it ends; the error goes on."""
        self._steps.append(Event(at=self._clock(), layer="step", what="began", name=name))
        began, known = time.monotonic(), len(self._steps)
        try:
            yield
        except BaseException as error:
            if not any(each.what == "failed" for each in self._steps[known:]):
                self._see(error)
            self._end(name, "failed", began, _first_line(error))
            raise
        self._end(name, "ended", began, None)

    def observe(self, check: ServiceCheck) -> None:
        """Keeps a check as the last one of its service."""
        summary = summarize(str(check.service), check)
        self.checks = [each for each in self.checks if each.title != summary.title] + [summary]

    def look(self) -> None:
        """Looks at the target now and keeps that as the last checks."""
        if self._look is None:
            return
        try:
            self.checks = self._look()
        except Exception as error:
            self._note("a look", error)

    def stop(self) -> None:
        """Ends the recording; another call does nothing."""
        if self._ended is not None:
            return
        self._ended = self._clock()
        if self._source is not None:
            try:
                self._seen = self._source.stop()
            except Exception as error:
                self._note("the timeline", error)

    def timeline(self) -> Timeline:
        """Returns what was recorded; the steps may go on after `stop`."""
        events = in_order([*self._seen, *self._steps])
        ended = self._clock() if self._ended is None else self._ended
        return Timeline(
            source="events" if self._resolution is None else "polling",
            target=self._target,
            began=self.began,
            ended=max([ended, *(each.at for each in events)]),
            events=events,
            resolution=self._resolution,
        )

    def _end(self, name: str, what: str, began: float, message: str | None) -> None:
        seconds = round(time.monotonic() - began, 3)
        self._steps.append(
            Event(
                at=self._clock(),
                layer="step",
                what=what,
                name=name,
                seconds=seconds,
                message=message,
            )
        )

    def _see(self, error: BaseException) -> None:
        """Keeps what was seen last when a step fails: the error's own check, else a look."""
        if isinstance(error, WaitTimeout) and isinstance(error.last_seen, ServiceCheck):
            self.checks = [summarize(str(error.last_seen.service), error.last_seen)]
        elif isinstance(error, Exception):
            self.look()

    def _note(self, what: str, error: Exception) -> None:
        self.gaps.append(f"{what} could not be read: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:_MESSAGE]
