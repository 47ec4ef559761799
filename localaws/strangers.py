# SPDX-License-Identifier: Apache-2.0
"""Who may call the endpoint: programs of this machine, and no web page but its own.

Any page that somebody visits can send requests to loopback. A browser says in `Origin` which page
asks; and a page whose name was made to point to 127.0.0.1 (DNS rebinding) shows in `Host`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST_HEADER = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.IGNORECASE)

OWN_NAMES = ("localhost", "amazonaws.com", "localhost.localstack.cloud")
"""Names that are taken, and all names below them: no stranger decides what these resolve to.
Browsers and resolvers keep `localhost` to loopback [RFC 6761]; SDKs put a bucket's name before
it."""

OTHER_SITES = ("cross-site", "same-site")
"""What a browser says in `Sec-Fetch-Site` of a request that another origin's page has caused, also
where it sends no `Origin`, as for an image; to it all ports of localhost are one site."""

Headers = list[tuple[str, str]]


def is_own_host(header: str) -> bool:
    """Whether a `Host` header names loopback, AWS or LocalStack's name for loopback."""
    match = HOST_HEADER.fullmatch(header)
    if match is None:
        return False
    name = match["name"].lower().removesuffix(".")
    if any(name == own or name.endswith(f".{own}") for own in OWN_NAMES):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def origins_at(scheme: str, port: int) -> frozenset[str]:
    """The origins of the pages that a server on a port of loopback serves."""
    return frozenset(f"{scheme}://{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


@dataclass(frozen=True)
class RefusingStrangers:
    """A WSGI application that refuses other sites' pages, and serves everybody else.

    moto allows every origin (CORS); its headers are taken away, and only pages that the user has
    named get their own.
    """

    application: WSGIApplication
    own_origins: Collection[str]
    allowed_origins: Collection[str]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if refusal := self._refusal(environ):
            return _refused(start_response, refusal)
        origin = environ.get("HTTP_ORIGIN")
        ours = _cors(environ) if origin in self.allowed_origins else []
        if ours and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 No Content", ours)
            return []
        return self.application(environ, _with_cors(start_response, ours))

    def _refusal(self, environ: WSGIEnvironment) -> str | None:
        """Why a request is refused, and what to do; None for one that is served."""
        host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
        if not is_own_host(host):
            return (
                f"the Host {host!r} is not this endpoint: use 127.0.0.1, localhost, or a name of "
                "amazonaws.com or localhost.localstack.cloud"
            )
        if origin in self.own_origins or origin in self.allowed_origins:
            return None
        if origin is not None:
            return f"pages of {origin} may not call this endpoint: LOCALAWS_CORS_ORIGINS names more"
        if environ.get("HTTP_SEC_FETCH_SITE") in OTHER_SITES:
            return "pages of another site may not call this endpoint: type its address yourself"
        return None


def _refused(start_response: StartResponse, reason: str) -> Iterable[bytes]:
    body = f"localaws: {reason}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("403 Forbidden", headers)
    return [body]


def _cors(environ: WSGIEnvironment) -> Headers:
    """The headers with which a browser lets a page of an allowed origin read the reply."""
    asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
    return [
        ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"]),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        *([("Access-Control-Allow-Headers", asked)] if asked else []),
        ("Access-Control-Expose-Headers", "*"),
        ("Vary", "Origin"),
    ]


def _with_cors(start_response: StartResponse, ours: Headers) -> Callable[..., Any]:
    """A start_response that puts our headers in the place of moto's."""

    def start(status: str, headers: Headers, *more: Any) -> Any:
        kept = [h for h in headers if not h[0].lower().startswith("access-control-")]
        return start_response(status, [*kept, *ours], *more)

    return start
