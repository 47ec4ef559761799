# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: the health page, accounts by access key, and moto for all the rest."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from botocore.model import OperationNotFoundError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localaws.health import HEALTH_PATH, health
from localaws.moto_mixins import JSON

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger(__name__)

ACCOUNT_KEY = re.compile(r"Credential=(\d{12})/")
"""An access key of twelve digits is the account's id, as in LocalStack."""

UNKNOWN_OPERATION = "UnknownOperationException"
"""The error code for an action that the service's model does not have."""


class CachingDispatcher(DomainDispatcherApplication):
    """moto's choice of a service by host. moto reads its own folder for each request."""

    @lru_cache(maxsize=256)  # noqa: B019  # There is one dispatcher, as long as the process.
    def get_backend_for_host(self, host: str | None) -> Any:
        return super().get_backend_for_host(host)


class EndpointApplication:
    """The health page, moto's services, and AWS's errors for what moto does not have."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """`addresses` are the members that the health page has about other ports of ours."""
        self._addresses = addresses
        self._moto = CachingDispatcher(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH_PATH:
            page = json.dumps({**health(), **self._addresses})
            return _reply(start_response, "200 OK", "application/json", page)
        if account := ACCOUNT_KEY.search(environ.get("HTTP_AUTHORIZATION", "")):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account[1]
        try:
            replied: Iterable[bytes] = self._moto(environ, _refusing_pages(environ, start_response))
            return replied
        except OperationNotFoundError as error:
            return _error(environ, start_response, "400 Bad Request", UNKNOWN_OPERATION, error)
        except NotImplementedError as error:
            return _error(environ, start_response, "501 Not Implemented", "NotImplemented", error)
        except Exception as error:
            LOG.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _error(environ, start_response, "500 Internal", "InternalFailure", error)


def _refusing_pages(environ: WSGIEnvironment, start_response: StartResponse) -> Callable[..., Any]:
    """A start_response that raises NotImplementedError for moto's web page about an unknown URL."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        content_type = dict(headers).get("Content-Type", "")
        # S3 answers HeadObject of a missing key with a 404 without a body, which is right.
        is_page = "HTTP_AUTHORIZATION" in environ and environ["REQUEST_METHOD"] != "HEAD"
        if is_page and status.startswith("404") and content_type.startswith("text/html"):
            call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            raise NotImplementedError(f"{call} has not been implemented")
        return start_response(status, headers, *more)

    return start


def _error(
    environ: WSGIEnvironment, start_response: StartResponse, status: str, code: str, error: object
) -> Iterable[bytes]:
    """An error in the form that the caller's SDK reads: JSON for a JSON request, else XML."""
    message = str(error) or type(error).__name__
    if "json" in environ.get("CONTENT_TYPE", ""):
        body = json.dumps({"__type": code, "message": message})
        return _reply(start_response, status, JSON, body)
    inner = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    body = f"<ErrorResponse>{inner}</ErrorResponse>"
    if "ec2" in environ.get("HTTP_AUTHORIZATION", ""):
        body = f"<Response><Errors>{inner}</Errors></Response>"
    return _reply(start_response, status, "text/xml", body)


def _reply(
    start_response: StartResponse, status: str, content_type: str, body: str
) -> Iterable[bytes]:
    content = body.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(content)))]
    start_response(status, headers)
    return [content]
