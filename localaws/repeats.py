# SPDX-License-Identifier: Apache-2.0
"""Calls that an SDK repeats because it has lost the reply, on a machine that is very busy.

SDKs give each call an id and count its attempts. A call that was carried out is not carried out
again: RegisterTaskDefinition would make two revisions, DeleteNamespace would find no namespace.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REMEMBERED = 64
"""How many replies are kept; a repeat comes within a second."""

FIRST_ATTEMPT = re.compile(r"\battempt=1(?!\d)")

Reply = tuple[str, list[tuple[str, str]], list[bytes]]
"""Status, headers and body."""


class AnsweringRepeats:
    """A WSGI application that gives the repeat of a call the reply that the call had.

    A call that failed is carried out again, as the SDK wants it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if call is None or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self._application(environ, start_response)
        is_repeat = FIRST_ATTEMPT.search(environ.get("HTTP_AMZ_SDK_REQUEST", "")) is None
        with self._lock:
            reply = self._replies.get(call) if is_repeat else None
        if reply is None:
            reply = self._carried_out(environ)
        status, headers, body = reply
        if status.startswith("2"):
            with self._lock:
                self._replies[call] = reply
                while len(self._replies) > REMEMBERED:
                    self._replies.popitem(last=False)
        start_response(status, headers)
        return body

    def remembered(self) -> list[tuple[str, Reply]]:
        """The replies that are remembered, the oldest first."""
        with self._lock:
            return [*self._replies.items()]

    def remember(self, replies: Iterable[tuple[str, Reply]]) -> None:
        """Takes over what another endpoint remembered: its clients repeat their calls here."""
        with self._lock:
            self._replies.update(replies)

    def _carried_out(self, environ: WSGIEnvironment) -> Reply:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            begun.append((status, headers))
            return None

        produced = self._application(environ, begin)
        try:
            body = list(produced)
        finally:
            if close := getattr(produced, "close", None):
                close()
        status, headers = begun[-1]
        return status, headers, body
