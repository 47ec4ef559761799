# SPDX-License-Identifier: Apache-2.0
"""The stream as server-sent events: what happened, what there is, and every change from then on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from threading import Event as Flag

from localaws import runtime
from localaws.live.present import present
from localaws.live.reach import reach
from localaws.timeline.event import Event
from localaws.timeline.stream import STREAM, Reader

TOGETHER_SECONDS = 0.1
"""Changes within this time are one message: no page draws faster."""
SILENT_SECONDS = 15.0
"""After so long without a message comes a comment, by which a client that has gone shows."""
REACH_SECONDS = 1.0
"""Between two looks at who may reach whom, at the least."""

_JSON = json.JSONEncoder(check_circular=False, separators=(",", ":"))
"""Nothing here contains itself, and to make sure of that takes a third of the time."""

MAY_MOVE_REACH = ("service", "call", "account")
"""The layers whose events may change who reaches whom: groups and rules change by calls."""


def messages(ended: Flag) -> Iterator[bytes]:
    """Yields the messages until the endpoint ends; the client's end closes the iterator."""
    with ExitStack() as exits:
        with runtime.LOCK:
            document, reader = exits.enter_context(STREAM.followed())
            there_is = present()
        yield _message("past", document)
        yield _events("present", there_is)
        yield from _changes(reader, ended)


def _changes(reader: Reader, ended: Flag) -> Iterator[bytes]:
    said_at, looked_at, reach_said = time.monotonic(), 0.0, ""
    may_have_moved = True
    while not ended.wait(TOGETHER_SECONDS):
        # Between two turns: a message has all of a turn's changes or none, and is made while
        # the scheduler waits for its next turn, not beside it.
        with runtime.LOCK:
            new = reader.take()
        if new:
            said_at = time.monotonic()
            yield _events("changes", new)
            may_have_moved |= any(event.layer in MAY_MOVE_REACH for event in new)
        if new is None or any(event.layer == "account" for event in new):
            # Some of it is lost, or all has gone: it begins again with what there is.
            with runtime.LOCK:
                reader.take()
                there_is = present()
            yield _events("present", there_is)
            may_have_moved = True
        now = time.monotonic()
        if may_have_moved and now - looked_at >= REACH_SECONDS:
            with runtime.LOCK:
                found = _JSON.encode(reach())
            looked_at, may_have_moved = now, False
            if found != reach_said:
                said_at, reach_said = now, found
                yield f"event: reach\ndata: {found}\n\n".encode()
        if now - said_at >= SILENT_SECONDS:
            said_at = now
            yield b":\n\n"


def _events(kind: str, events: Sequence[Event]) -> bytes:
    return _message(kind, {"events": [event.shown() for event in events]})


def _message(kind: str, data: object) -> bytes:
    """Returns one server-sent event; JSON has no line breaks of its own."""
    return f"event: {kind}\ndata: {_JSON.encode(data)}\n\n".encode()
