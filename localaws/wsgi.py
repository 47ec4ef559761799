# SPDX-License-Identifier: Apache-2.0
"""The WSGI application: the health page, accounts by access key, and moto for all the rest."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.model import OperationNotFoundError
from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from localaws import regions, runtime
from localaws.bad_input import BadInput
from localaws.error_replies import error_reply, read_body, reply, speaks_json
from localaws.faults.injection import asked_call
from localaws.health import HEALTH_PATH, health
from localaws.moto_mixins import moto_frame
from localaws.request_parsers import MALFORMED_XML, SERIALIZATION, VALIDATION
from localaws.timeline.stream import STREAM

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger(__name__)

OWN_PATHS = "/_localaws/"
"""No bucket may have such a name: what is not a page of ours is not S3's either."""

ACCOUNT_KEY = re.compile(r"Credential=(\d{12})/")
"""An access key of twelve digits is the account's id, as in LocalStack."""

RESET_PATH = "/moto-api/reset"

WAITING: Mapping[str, frozenset[str]] = {
    "batch": frozenset(),
    "events": frozenset({"PutEvents"}),
    "execute-api": frozenset(),
    "firehose": frozenset({"PutRecord", "PutRecordBatch"}),
    "lambda": frozenset(),
    "logs": frozenset({"PutLogEvents"}),
    "secretsmanager": frozenset({"RotateSecret"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset({"ReceiveMessage"}),
    "states": frozenset(),
    "swf": frozenset(),
}
"""The operations, all of a service if none is named, that wait for a message, for another server or
for a function, which may call the endpoint itself. They hold no lock."""

UNKNOWN_OPERATION = "UnknownOperationException"
"""The error code for an action that the service's model does not have."""


class CachingDispatcher(DomainDispatcherApplication):
    """moto's choice of a service by host. moto reads its own folder for each request."""

    @lru_cache(maxsize=256)  # noqa: B019  # There is one dispatcher, as long as the process.
    def get_backend_for_host(self, host: str | None) -> Any:
        """moto: prints a line about a name of AWS's that it does not know, and asks S3."""
        if host is None or host == "moto_api" or host in list_of_moto_modules():
            return host
        for service, pattern in self.backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return service
        raise NotImplementedError(f"no service of this endpoint is at {host}")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """moto: walks through dictionaries that another thread changes, and then fails.

        The body is read first, and moto's code for the service too, so that neither a slow client
        nor an import keeps the others waiting.
        """
        application = self.get_application(environ)
        if not environ.get("wsgi.input_terminated"):
            read_body(environ)
        with nullcontext() if _may_wait(environ) else runtime.LOCK:
            replied: Iterable[bytes] = application(environ, start_response)
        return replied

    def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
        """moto: takes a call whose service it cannot tell for S3's. AWS: wants a signature."""
        signed = environ.get("HTTP_AUTHORIZATION")
        try:
            host = super().infer_service_region_host(environ, path)
        except (LookupError, ValueError):
            host = None
        # The second version of signatures, of old S3 clients, names no service.
        if host is None and signed and not signed.startswith("AWS "):
            raise BadInput("IncompleteSignature", "The Authorization header has no scope.")
        if host is None and not signed and _names_operation(environ):
            raise BadInput("MissingAuthenticationToken", "The request is not signed.")
        return host


def _may_wait(environ: WSGIEnvironment) -> bool:
    """Whether a request may wait for what another request or another process does."""
    call = asked_call(environ)
    if call is None or call.service not in WAITING:
        return False
    operations = WAITING[call.service]
    return not operations or call.operation in operations


def _names_operation(environ: WSGIEnvironment) -> bool:
    """Whether a request names its operation, as all but those of the REST services do."""
    form = "form-urlencoded" in environ.get("CONTENT_TYPE", "")
    return form or "HTTP_X_AMZ_TARGET" in environ


class EndpointApplication:
    """The health page, moto's services, and AWS's errors for what moto does not have."""

    def __init__(self, members: Callable[[], Mapping[str, Any]]) -> None:
        """`members` are those that the health page has besides, about other ports of ours."""
        self._members = members
        self._moto = CachingDispatcher(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == HEALTH_PATH:
            page = json.dumps({**health(), **self._members()})
            return reply(start_response, 200, "application/json", page)
        if environ["PATH_INFO"].startswith(OWN_PATHS):
            text = f"localaws: there is no page {environ['PATH_INFO']}\n"
            return reply(start_response, 404, "text/plain; charset=utf-8", text)
        if account := ACCOUNT_KEY.search(environ.get("HTTP_AUTHORIZATION", "")):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account[1]
        try:
            regions.refuse_unknown(environ.get("HTTP_AUTHORIZATION", ""))
            _read_chunks(environ)
            replied: Iterable[bytes] = self._moto(environ, _refusing_pages(environ, start_response))
            # moto refuses every other method.
            if environ["PATH_INFO"] == RESET_PATH and environ["REQUEST_METHOD"] == "POST":
                STREAM.tell("account", "reset", {})
            return replied
        except BadInput as error:
            return error_reply(environ, start_response, 400, error.code, error)
        except OperationNotFoundError as error:
            return error_reply(environ, start_response, 400, UNKNOWN_OPERATION, error)
        except NotImplementedError as error:
            return error_reply(environ, start_response, 501, "NotImplemented", error)
        except Exception as error:
            if place := moto_frame(error):
                LOG.warning("moto failed at %s: %r", place, error)
                return error_reply(environ, start_response, 400, VALIDATION, error)
            LOG.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return error_reply(environ, start_response, 500, "InternalFailure", error)


def _read_chunks(environ: WSGIEnvironment) -> None:
    """Reads a body that comes in chunks. Raises BadInput for a broken one."""
    if not environ.get("wsgi.input_terminated"):
        return
    try:
        body = environ["wsgi.input"].read()
    except OSError as error:
        code = SERIALIZATION if speaks_json(environ) else VALIDATION
        if "route53" in environ.get("HTTP_AUTHORIZATION", ""):
            code = MALFORMED_XML
        raise BadInput(code, f"The body cannot be read: {error}") from error
    environ["wsgi.input"] = BytesIO(body)


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
