# SPDX-License-Identifier: Apache-2.0
"""Where a timeline comes from: the endpoint's own events, or looks at LocalStack and AWS."""

from collections.abc import Callable
from datetime import datetime
from threading import Event as Flag
from threading import Thread
from typing import Protocol

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import read_health
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.discovery.ecs_services import NoSuchCluster, NoSuchService
from cloudmap_harness.discovery.look import look
from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.endpoint_pages import has_pages, read_timeline
from cloudmap_harness.timeline.event import Event, now
from cloudmap_harness.timeline.looks import NOTHING, changes


class Source(Protocol):
    """Tells what has happened at a target since a recording began."""

    @property
    def target(self) -> str: ...
    @property
    def resolution(self) -> float | None: ...
    def stop(self) -> tuple[Event, ...]:
        """Ends the recording and returns the events. Raises an error when they cannot be had."""
        ...


def source_for(
    aws: AwsClients,
    target: str,
    began: datetime,
    *,
    interval: float,
    cluster: str | None = None,
    service: str | None = None,
) -> Source:
    """Returns the endpoint's own events where it has them, else a recording by looks.

    `interval` is the seconds between two looks, and the names choose what is looked at; an
    endpoint tells of everything. Raises AwsError.
    """
    if aws.endpoint is not None and has_pages(read_health(aws.endpoint)):
        return EndpointEvents(aws.endpoint, target, began)
    polling = Polling(lambda: look_or_nothing(aws, cluster, service), target, interval)
    polling.region = aws.region
    polling.start()
    return polling


def look_or_nothing(
    aws: AwsClients, cluster: str | None = None, service: str | None = None
) -> Look:
    """Returns a look; one at nothing as long as there is no such service. Raises AwsError."""
    try:
        return look(aws, cluster, service)
    except (NoSuchCluster, NoSuchService):
        return NOTHING


class EndpointEvents:
    """The embedded endpoint's events, read once, at the end."""

    resolution = None

    def __init__(self, url: str, target: str, began: datetime) -> None:
        self.target = target
        self._url, self._began = url, began

    def stop(self) -> tuple[Event, ...]:
        return self.read().events

    def read(self) -> Timeline:
        """Returns what has happened until now. Raises AwsError and TimelineError."""
        return read_timeline(self._url, self._began)


class Polling:
    """Looks every `interval` seconds in a thread of its own, and notes what has changed."""

    region: str | None = None

    def __init__(self, read: Callable[[], Look], target: str, interval: float) -> None:
        self.target = target
        self.resolution = interval
        self._read = read
        self._events: list[Event] = []
        self._failure: Exception | None = None
        self._ended = Flag()
        self._thread = Thread(target=self._run, name="timeline", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> tuple[Event, ...]:
        """Looks a last time and returns what was seen.

        Raises the last look's error when nothing was ever seen.
        """
        self._ended.set()
        self._thread.join()
        if self._failure is not None and not self._events:
            raise self._failure
        return tuple(self._events)

    def _run(self) -> None:
        before = NOTHING
        while True:
            last = self._ended.is_set()
            try:
                seen = self._read()
            except Exception as error:  # The next look may succeed, and sees what is new then.
                self._failure = error
            else:
                self._failure = None
                self._events += changes(before, seen, now(), region=self.region)
                before = seen
            if last:
                return
            self._ended.wait(self.resolution)
