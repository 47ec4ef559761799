# SPDX-License-Identifier: Apache-2.0
"""The live page at `/_localaws/`, and what it reads. Everything here only reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from localaws.error_replies import reply
from localaws.live.ask import NobodyToAsk, WrongQuestion, asked
from localaws.live.messages import messages
from localaws.timeline.stream import STREAM

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = "/_localaws"
FILES = Path(__file__).parent.parent / "page"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

MOST_STREAMS = 32
"""Streams at a time, each of which has a thread."""

HEADERS = [
    # Nothing from another host, no script in the page's text, and no frame around it.
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]


class LivePages:
    """A WSGI application that serves the pages itself."""

    def __init__(self, application: WSGIApplication, ended: Event):
        """The streams end when `ended` is set."""
        self._application = application
        self._ended = ended
        self._streams = BoundedSemaphore(MOST_STREAMS)
        self._files = {
            f"{ROOT}/page/{file.name}": file
            for file in FILES.iterdir()
            if file.suffix in CONTENT_TYPES
        } | {f"{ROOT}/": FILES / "index.html", ROOT: FILES / "index.html"}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        others = {
            f"{ROOT}/events": self._stream,
            f"{ROOT}/timeline": self._timeline,
            f"{ROOT}/ask": self._ask,
        }
        if path not in self._files and path not in others:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _text(start_response, 405, "localaws: this page only reads: GET\n")
        if path in others:
            return others[path](environ, start_response)
        file = self._files[path]
        text = file.read_text("utf-8")
        return reply(start_response, 200, CONTENT_TYPES[file.suffix], text, HEADERS)

    def _timeline(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return _json(start_response, 200, STREAM.document())

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return _json(start_response, 200, asked(dict(parse_qsl(environ["QUERY_STRING"]))))
        except NobodyToAsk as error:
            return _json(start_response, 200, {"error": str(error)})
        except WrongQuestion as error:
            return _json(start_response, 400, {"error": str(error)})

    def _stream(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._streams.acquire(blocking=False):
            return _text(start_response, 503, f"localaws: {MOST_STREAMS} streams are open\n")
        start_response("200 OK", [("Content-Type", "text/event-stream"), *HEADERS])
        return self._following()

    def _following(self) -> Iterable[bytes]:
        try:
            yield from messages(self._ended)
        finally:
            self._streams.release()


def _json(start_response: StartResponse, status: int, value: object) -> Iterable[bytes]:
    return reply(start_response, status, "application/json", json.dumps(value) + "\n", HEADERS)


def _text(start_response: StartResponse, status: int, text: str) -> Iterable[bytes]:
    return reply(start_response, status, "text/plain; charset=utf-8", text, HEADERS)
