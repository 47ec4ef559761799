# SPDX-License-Identifier: Apache-2.0
"""The embedded endpoint's own pages of events: the document, and the stream of messages."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from cloudmap_harness.aws.health import EndpointHealth
from cloudmap_harness.errors import AwsError
from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.event import Event, TimelineError

SILENCE = 45.0
"""Seconds without a word after which the stream is taken for broken; a comment comes every 15."""
_DOCUMENT = "/_localaws/timeline"
_STREAM = "/_localaws/events"


def has_pages(health: EndpointHealth | None) -> bool:
    """Says whether an endpoint is the embedded one, which tells what happens."""
    return health is not None and health.edition == "localaws"


def read_timeline(url: str, since: datetime, timeout: float = 30.0) -> Timeline:
    """Returns what the endpoint at that URL has kept since then. Raises AwsError, TimelineError."""
    page = f"{url.rstrip('/')}{_DOCUMENT}"
    with urllib3.PoolManager(retries=False, timeout=timeout) as http:  # Heeds no proxy variable.
        try:
            reply = http.request("GET", page, redirect=False)
        except HTTPError as error:
            raise AwsError(page, type(error).__name__, str(error)) from error
        if reply.status != 200:
            raise _refused(page, reply.status)
        return Timeline.read(reply.data).since(since)


@dataclass(frozen=True)
class Message:
    """A message of the stream."""

    kind: str
    """`past`, `present`, `changes`, `reach`; others may come."""
    data: Any

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of `present` and `changes`. Raises TimelineError."""
        events = self.data.get("events") if isinstance(self.data, dict) else None
        if not isinstance(events, list):
            raise TimelineError(f"message {self.kind}", self.data, "an object with `events`")
        return tuple(Event.from_json(each, f"events[{n}]") for n, each in enumerate(events))


def stream(url: str, silence: float = SILENCE) -> Iterator[Message]:
    """Yields the stream's messages until it ends. Raises AwsError when it breaks or is silent."""
    page = f"{url.rstrip('/')}{_STREAM}"
    timeout = urllib3.Timeout(connect=5.0, read=silence)
    with urllib3.PoolManager(retries=False, timeout=timeout) as http:
        try:
            reply = http.request(
                "GET",
                page,
                headers={"Accept": "text/event-stream"},
                redirect=False,
                preload_content=False,
            )
            try:
                if reply.status != 200:
                    raise _refused(page, reply.status)
                yield from messages(_lines(reply.read1))
            finally:
                reply.close()
        except (HTTPError, OSError) as error:
            raise AwsError(page, type(error).__name__, str(error)) from error


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """Yields the messages of lines of server-sent events. Raises TimelineError.

    A field that is not known is passed over, and so is a comment.
    """
    kind, data = "message", list[str]()
    for line in lines:
        if not line:
            if data:
                text = "\n".join(data)
                try:
                    yield Message(kind, json.loads(text))
                except ValueError as error:
                    raise TimelineError(f"message {kind}", text, f"JSON ({error})") from error
            kind, data = "message", []
            continue
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.removeprefix(" ")
        elif name == "data":
            data.append(value.removeprefix(" "))


def _lines(read: Callable[[], bytes]) -> Iterator[str]:
    """The lines of a reply as they come."""
    rest = b""
    while chunk := read():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")


def _refused(page: str, status: int) -> AwsError:
    words = "this endpoint has no such page: an older version" if status == 404 else "no timeline"
    return AwsError(page, f"HTTP {status}", words, status)
