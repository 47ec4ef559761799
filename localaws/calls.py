# SPDX-License-Identifier: Apache-2.0
"""Tells the calls of AWS's API: those that may change something to all, each to the log of calls.

It stands before the faults, so that a call shows as its client sees it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from localaws.faults.call_faults import AskedCall
from localaws.faults.injection import asked_call
from localaws.timeline.stream import STREAM
from localaws.wsgi import ACCOUNT_KEY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)

ONLY_READS = re.compile(
    r"Describe|List|Get|Head|BatchGet|BatchCheck|Lookup|Discover|Search|Filter|Simulate|Test|Assume"
)
"""How the names of actions begin that change nothing."""


def may_change(environ: WSGIEnvironment) -> bool:
    """Whether a request may change something; what is no call of the API may."""
    call = asked_call(environ)
    return call is None or not ONLY_READS.match(call.operation)


class TellingCalls:
    """A WSGI application that tells and logs the calls of another one."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_logged = LOG.isEnabledFor(logging.INFO)
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and not is_logged:
            return self._application(environ, start_response)
        call = asked_call(environ)
        if call is None:
            return self._application(environ, start_response)
        account = ACCOUNT_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        statuses: list[str] = []
        began = time.monotonic()
        try:
            return self._application(environ, _noting(statuses, start_response))
        finally:
            seconds = time.monotonic() - began
            status = int(statuses[-1].split()[0]) if statuses else None
            if may_change(environ):
                STREAM.tell(
                    "call",
                    call.operation or "?",
                    {
                        "account": account[1] if account else DEFAULT_ACCOUNT_ID,
                        "region": call.region,
                        "api": call.service,
                        "status": status,
                        "seconds": round(seconds, 3),
                    },
                )
            if is_logged:
                LOG.info("%s", _line(call, status, seconds))


def _line(call: AskedCall, status: int | None, seconds: float) -> str:
    """Returns a call's line in the log: a call that a fault has dropped has no status."""
    named = f"{call.service} {call.operation or '?'}"
    return f"{named} {status or 'dropped'} {seconds * 1000:.1f} ms"


def _noting(statuses: list[str], start_response: StartResponse) -> Callable[..., Any]:
    """A start_response that notes the status."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        statuses.append(status)
        return start_response(status, headers, *more)

    return start
