# SPDX-License-Identifier: Apache-2.0
"""The seam before a call is dispatched: late calls, calls that fail, and connections that drop."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

from localaws.error_replies import error_reply, read_body
from localaws.faults.active import ACTIVE
from localaws.faults.call_faults import AskedCall

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
ATTEMPT = re.compile(r"\battempt=(\d+)")
CALL = "localaws.call"
"""Where the environment of a request has the call that it is, once somebody has asked."""
MESSAGE = "Operation failed due to a simulated fault"
"""LocalStack's words."""


class InjectingFaults:
    """A WSGI application that hits the calls which a fault is for; pages of ours are not calls."""

    def __init__(self, application: WSGIApplication):
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not (ACTIVE.rules or ACTIVE.own or ACTIVE.latency):
            return self._application(environ, start_response)
        call = asked_call(environ)
        if call is None:
            return self._application(environ, start_response)
        fault = ACTIVE.of_call(call)
        time.sleep((ACTIVE.latency + (fault.latency if fault else 0)) / 1000)
        if fault is None or fault.latency:
            return self._application(environ, start_response)
        if fault.drop:
            list(self._application(environ, lambda *_: lambda _: None))
            drop_connection(environ)
        return error_reply(environ, start_response, fault.status, fault.code, MESSAGE)


def asked_call(environ: WSGIEnvironment) -> AskedCall | None:
    """What the rules look at; None for what is no signed call of a service."""
    if CALL not in environ:
        environ[CALL] = _asked_call(environ)
    call: AskedCall | None = environ[CALL]
    return call


def _asked_call(environ: WSGIEnvironment) -> AskedCall | None:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    # botocore has `ttl=…;` before it, once a reply has told it the time.
    attempt = ATTEMPT.search(environ.get("HTTP_AMZ_SDK_REQUEST", ""))
    return AskedCall(
        service=scope["service"],
        region=scope["region"],
        operation=_operation(environ, scope["service"]),
        attempt=int(attempt[1]) if attempt else 1,
    )


def _operation(environ: WSGIEnvironment, service: str) -> str:
    """The operation's name: from the target header, the form, or the URL; "" when it has none."""
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2]
    if environ.get("wsgi.input_terminated"):
        return ""  # A body in chunks is read once, where a broken one is refused.
    if "form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        form = parse_qs(read_body(environ).decode("utf-8", "replace"))
        return form.get("Action", [""])[0]
    with suppress(HTTPException, NotImplementedError, KeyError, UnknownServiceError):
        operation, _ = get_service_router(service).match(Request(dict(environ)))
        return str(operation.name)
    return ""


def drop_connection(environ: WSGIEnvironment) -> None:
    """Closes the connection without a reply. Raises what the server takes for a client's end."""
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("dropped by a fault")
