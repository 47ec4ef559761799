# SPDX-License-Identifier: Apache-2.0
"""Replies of our own, outside moto: errors in the form that the caller's SDK reads, and pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from localaws.moto_mixins import JSON, readable_xml

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

XML_SERVICE = re.compile(r"/(ec2|elasticloadbalancing|iam|route53|s3|sts)/aws4_request")
"""A signature for a service whose replies are XML, whatever the request's other headers say."""


def speaks_json(environ: WSGIEnvironment) -> bool:
    """Whether the caller's SDK reads JSON: by the service that it has signed for, if it has."""
    if XML_SERVICE.search(environ.get("HTTP_AUTHORIZATION", "")):
        return False
    return "json" in environ.get("CONTENT_TYPE", "") or "HTTP_X_AMZ_TARGET" in environ


def read_body(environ: WSGIEnvironment) -> bytes:
    """Reads the body of a request that is not chunked, so that it can be read again.

    What is no length is none.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    body: bytes = environ["wsgi.input"].read(int(length) if length.isdecimal() else 0)
    environ["wsgi.input"] = BytesIO(body)
    return body


def error_reply(
    environ: WSGIEnvironment, start_response: StartResponse, status: int, code: str, error: object
) -> Iterable[bytes]:
    """Answers with an error: JSON for a JSON request, else XML."""
    message = str(error) or type(error).__name__
    if speaks_json(environ):
        body = json.dumps({"__type": code, "message": message})
        return reply(start_response, status, JSON, body)
    text = escape(readable_xml(message))
    inner = f"<Error><Code>{escape(code)}</Code><Message>{text}</Message></Error>"
    body = f"<ErrorResponse>{inner}</ErrorResponse>"
    # With its scope: "ec2" alone is in one of seventy signatures, which are hexadecimal.
    if "/ec2/aws4_request" in environ.get("HTTP_AUTHORIZATION", ""):
        body = f"<Response><Errors>{inner}</Errors></Response>"
    return reply(start_response, status, "text/xml", body)


def reply(
    start_response: StartResponse,
    status: int,
    content_type: str,
    body: str,
    more_headers: Iterable[tuple[str, str]] = (),
) -> Iterable[bytes]:
    """Answers with a text."""
    content = body.encode()
    known = {each.value: each.phrase for each in HTTPStatus}
    headers = [("Content-Type", content_type), ("Content-Length", str(len(content)))]
    headers += more_headers
    start_response(f"{status} {known.get(status, 'Unknown')}", headers)
    return [content]
