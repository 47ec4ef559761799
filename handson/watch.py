# SPDX-License-Identifier: Apache-2.0
"""`make watch`: the services of the region as they are and change, until Ctrl-C. It only reads.

From the stream of the embedded endpoint, by looking again and again elsewhere.
"""

import time
from collections.abc import Iterator, Sequence

from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import read_health
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.errors import AwsError
from cloudmap_harness.passing_errors import may_pass
from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.endpoint_pages import Message, has_pages, stream
from cloudmap_harness.timeline.event import Event, now
from cloudmap_harness.timeline.looks import NOTHING, changes
from cloudmap_harness.timeline.present import Present
from cloudmap_harness.timeline.sources import look_or_nothing
from cloudmap_harness.waiting import every
from handson.context import Context
from handson.errors import EndpointError
from handson.local_endpoint import find_running
from handson.project import POLL_INTERVAL
from handson.variables import Variables
from handson.watch_view import View, view_for

AWAY_SECONDS = 60.0
"""How long an endpoint may be away until the watch ends."""
AGAIN_SECONDS = 1.0
"""Between two attempts to reach an endpoint that is away."""
ASKED = ("dns", "http")
"""The layers of answers: they change nothing, and there may be thousands."""


def watch(variables: Variables) -> int:
    """Shows what there is and each change, until it is interrupted."""
    settings = variables.settings()
    if variables.target is Target.LOCAL:
        url: str | None = find_running(variables.environ).url
        aws = None
    else:
        context = Context.reach(variables, settings)
        aws, url = context.aws, context.aws.endpoint
    place = f"{variables.target} ({url or settings.region})"
    console = Console(highlight=False)
    if url is not None and (aws is None or has_pages(read_health(url))):
        with view_for(console, f"{settings.region} on {place}, as it happens") as view:
            follow(Watched(view, settings.region), url)
    elif aws is not None:
        interval = POLL_INTERVAL[variables.target]
        title = f"{settings.region} on {place}, seen by looking every {interval:g} s"
        with view_for(console, title) as view:
            poll(Watched(view, settings.region), aws, interval)
    return 0


class Watched:
    """The present of one region, and the view that shows it."""

    def __init__(self, view: View, region: str) -> None:
        self.view = view
        self._region = region
        self._present = Present()
        self._past: list[Event] = []
        self._has_begun = False

    def take(self, message: Message) -> None:
        """Takes a message of the stream; others than these are for other readers."""
        if message.kind == "past":
            self._past = self._changes(Timeline.from_json(message.data).events)
        elif message.kind == "present":
            self.begin(message.events)
        elif message.kind == "changes":
            self.change(message.events)

    def begin(self, events: Sequence[Event]) -> None:
        """Takes what there is now; from what was there before nothing stays."""
        self._present.clear()
        self._present.apply(self._of_region(events))
        self.view.begin(self._present, [] if self._has_begun else self._past)
        self._has_begun = True

    def change(self, events: Sequence[Event]) -> None:
        self._present.apply(self._of_region(events))
        if changed := self._changes(events):
            self.view.change(self._present, changed)

    def _of_region(self, events: Sequence[Event]) -> Iterator[Event]:
        return (each for each in events if each.region in (None, self._region))

    def _changes(self, events: Sequence[Event]) -> list[Event]:
        return [each for each in self._of_region(events) if each.layer not in ASKED]


class _Away:
    """Says that an endpoint is away and that it is back, and when it has been away for too long."""

    def __init__(self, view: View, where: str) -> None:
        self._view, self._where = view, where
        self._since: float | None = None

    def is_there(self) -> None:
        if self._since is not None:
            self._since = None
            self._view.say(f"{self._where} is back")

    def is_away(self, why: object) -> None:
        """Raises EndpointError when it has been away for AWAY_SECONDS."""
        if self._since is None:
            self._since = time.monotonic()
            self._view.say(f"{self._where} is away, waiting for it: {why}")
        elif time.monotonic() - self._since >= AWAY_SECONDS:
            raise EndpointError(f"{self._where} has been away for {AWAY_SECONDS:.0f} s: {why}")


def follow(watched: Watched, url: str, again: float = AGAIN_SECONDS) -> None:
    """Shows the stream, over and over when it ends. Raises EndpointError, AwsError."""
    away = _Away(watched.view, url)
    for _ in every(again):
        try:
            for message in stream(url):
                away.is_there()
                watched.take(message)
            away.is_away("it has ended")
        except AwsError as error:
            if error.status is not None:  # It is there, and refuses.
                raise
            away.is_away(error.code)


def poll(watched: Watched, aws: AwsClients, interval: float) -> None:
    """Shows what differs from look to look. Raises EndpointError and AwsError."""
    away = _Away(watched.view, aws.endpoint or "AWS")
    before: Look | None = None
    for _ in every(interval):
        try:
            seen = look_or_nothing(aws)
        except AwsError as error:
            if not may_pass(error):
                raise
            away.is_away(error.code)
            continue
        away.is_there()
        found = changes(before or NOTHING, seen, now(), region=aws.region)
        if before is None:
            watched.begin(found)
        elif found:
            watched.change(found)
        before = seen
