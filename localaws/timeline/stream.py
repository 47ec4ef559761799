# SPDX-License-Identifier: Apache-2.0
"""The stream of events: who changes something tells it here, and the others read.

The live page and its stream, the timeline and the log of calls are its readers. Nobody polls.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from localaws.timeline.event import Event, Layer, Members, rfc3339

FORM = 1
"""The version of the document's form."""

KEPT = 20_000
"""How many events are kept of the tasks and what hangs on them."""
KEPT_ASKED = 2_000
"""How many of each layer that is asked often, so that it does not push out what happened once."""
ASKED_LAYERS: tuple[Layer, ...] = ("dns", "http", "call")

MOST_WAITING = 50_000
"""How many events wait for a reader that is slow; then it begins again with what there is."""


class Reader:
    """What one reader has not read yet."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque(maxlen=MOST_WAITING)

    def put(self, event: Event) -> None:
        self._waiting.append(event)

    def take(self) -> list[Event] | None:
        """Returns what has come since the last time; None when some of it is lost."""
        if len(self._waiting) == MOST_WAITING:
            self._waiting.clear()
            return None
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken


Numbered = tuple[int, Event]
"""An event with its number in the stream."""


class Stream:
    """All events of the endpoint of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began = time.time()
        self._told = 0
        self._readers: tuple[Reader, ...] = ()
        self._once: deque[Numbered] = deque(maxlen=KEPT)
        self._asked: dict[str, deque[Numbered]] = {
            layer: deque(maxlen=KEPT_ASKED) for layer in ASKED_LAYERS
        }

    def begin(self) -> None:
        """Forgets all that was told: another endpoint begins."""
        with self._lock:
            self._began = time.time()
            for kept in (self._once, *self._asked.values()):
                kept.clear()

    def tell(self, layer: Layer, what: str, known: Members | Callable[[], Members]) -> None:
        """Says that something has happened now."""
        event = Event(layer, what, known)
        with self._lock:
            self._told += 1
            self._asked.get(layer, self._once).append((self._told, event))
            for reader in self._readers:
                reader.put(event)

    def document(self) -> dict[str, Any]:
        """Returns the timeline so far, in its documented form."""
        with self._lock:
            kept = self._kept()
        return self._document(kept)

    @contextmanager
    def followed(self) -> Iterator[tuple[dict[str, Any], Reader]]:
        """Gives the timeline so far, and a reader of what comes after it, within the block."""
        reader = Reader()
        with self._lock:
            kept = self._kept()
            self._readers = (*self._readers, reader)
        try:
            yield self._document(kept), reader
        finally:
            with self._lock:
                self._readers = tuple(each for each in self._readers if each is not reader)

    def _kept(self) -> list[Numbered]:
        return [each for kept in (self._once, *self._asked.values()) for each in kept]

    def _document(self, kept: list[Numbered]) -> dict[str, Any]:
        """Makes the document of a copy: thousands of events would hold up who tells the next."""
        return {
            "form": FORM,
            "source": "events",
            "resolution": None,
            "target": "local",
            "began": rfc3339(self._began),
            "ended": rfc3339(time.time()),
            "events": [event.shown() for _, event in sorted(kept, key=lambda each: each[0])],
        }


STREAM = Stream()
"""Of the one endpoint of this process."""
