# SPDX-License-Identifier: Apache-2.0
"""A recorder keeps steps, the source's events and the last check, and never fails a run."""

from datetime import datetime

import pytest

from cloudmap_harness.discovery.summary import CheckSummary, summarize
from cloudmap_harness.errors import AwsError, HarnessError, WaitTimeout
from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.recorder import Recorder
from cloudmap_harness.timeline.sources import Source
from tests.unit.cloudmap_harness.discovery.layers import agreeing, checked
from tests.unit.cloudmap_harness.timeline.story import BEGAN, at

BROKEN = checked(agreeing("10.0.8.4"), desired=2)


class Known:
    """A source whose events are known, or that fails."""

    target, resolution = "localstack", 2.0

    def __init__(self, *events: Event, error: HarnessError | None = None) -> None:
        self._events, self._error = events, error

    def stop(self) -> tuple[Event, ...]:
        if self._error:
            raise self._error
        return self._events


def steps(recorder: Recorder) -> list[tuple[str, str | None]]:
    return [(each.what, each.name) for each in recorder.timeline().events if each.layer == "step"]


def test_steps_are_recorded_with_their_seconds() -> None:
    recorder = Recorder()
    with recorder.step("deploy"), recorder.step("terraform apply"):
        pass
    assert steps(recorder) == [
        ("began", "deploy"),
        ("began", "terraform apply"),
        ("ended", "terraform apply"),
        ("ended", "deploy"),
    ]
    assert recorder.timeline().events[-1].seconds is not None


def test_a_failed_step_says_why_and_the_error_goes_on() -> None:
    recorder = Recorder()
    with pytest.raises(HarnessError), recorder.step("deploy"):
        raise HarnessError("Terraform's words\nand many more")
    last = recorder.timeline().events[-1]
    assert (last.what, last.message) == ("failed", "Terraform's words")


def test_the_check_of_a_wait_that_failed_is_the_last_observation() -> None:
    recorder = Recorder()
    recorder.observe(checked(agreeing("10.0.8.4", "10.0.8.5")))
    assert [check.converged for check in recorder.checks] == [True]
    with pytest.raises(WaitTimeout), recorder.step("check"):
        raise WaitTimeout("2 of each", BROKEN, ["running tasks: 1 instead of 2"], 1.0)
    assert recorder.checks == [summarize("shop/web", BROKEN)]


def test_another_failure_is_followed_by_one_look() -> None:
    looks = []

    def look() -> list[CheckSummary]:
        looks.append(summarize("shop/web", BROKEN))
        return looks

    recorder = Recorder()
    recorder.listen(lambda began: Known(), look)
    with pytest.raises(HarnessError), recorder.step("deploy"), recorder.step("terraform apply"):
        raise HarnessError("no")
    assert len(looks) == 1
    assert recorder.checks == looks


def test_an_interrupt_is_followed_by_none() -> None:
    def look() -> list[CheckSummary]:
        raise AssertionError("an interrupted run is not to call anything more")

    recorder = Recorder()
    recorder.listen(lambda began: Known(), look)
    with pytest.raises(KeyboardInterrupt), recorder.step("deploy"):
        raise KeyboardInterrupt
    assert recorder.checks == []


def test_the_sources_events_are_between_the_steps() -> None:
    recorder = Recorder(clock=lambda: BEGAN)
    with recorder.step("deploy"):
        pass
    came = Event(at=at(1), layer="interface", what="came")
    recorder.listen(lambda began: Known(came))
    recorder.stop()
    recorder.stop()
    found = recorder.timeline()
    assert found.events[-1] == came
    assert (found.source, found.resolution, found.target) == ("polling", 2.0, "localstack")


def test_what_cannot_be_recorded_is_said_and_nothing_is_raised() -> None:
    error = AwsError("http://127.0.0.1:1", "NewConnectionError", "refused")

    def refuse(began: datetime) -> Source:
        raise error

    def look() -> list[CheckSummary]:
        raise error

    recorder = Recorder()
    recorder.listen(lambda began: Known(error=error), look)
    with pytest.raises(HarnessError, match="the run's own"), recorder.step("deploy"):
        raise HarnessError("the run's own")
    recorder.stop()
    assert [gap.partition(" could")[0] for gap in recorder.gaps] == [
        "a look",
        "the timeline",
    ]
    other = Recorder()
    other.listen(refuse)
    other.stop()
    assert len(other.gaps) == 1
