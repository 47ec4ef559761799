# SPDX-License-Identifier: Apache-2.0
"""Parameters as bytes on the wire, whatever they are; SDKs would refuse to send most of these."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from botocore.model import ListShape, OperationModel, Shape, StructureShape
from hypothesis import strategies as st

PROTOCOLS = {"ecs": "json", "servicediscovery": "json", "route53": "rest-xml", "ec2": "ec2"}
"""The protocol that SDKs of every age speak to each service."""

SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/ap-northeast-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@dataclass(frozen=True)
class Call:
    """An HTTP request."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False
    """The body is sent as it is, as if it were chunks."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def call(operation: OperationModel, parameters: Any) -> Call:
    """Encodes parameters by the protocol of the operation's service."""
    model = operation.service_model
    protocol = PROTOCOLS[model.service_name]
    signed = {"Authorization": SIGNATURE.format(model.signing_name)}
    if protocol == "json":
        target = f"{model.metadata['targetPrefix']}.{operation.name}"
        typed = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        return Call("POST", "/", _encoded(json.dumps(parameters)), signed | typed)
    if protocol == "ec2":
        pairs = [("Action", operation.name), ("Version", model.api_version)]
        pairs += _flat(operation.input_shape, parameters, "")
        typed = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = urlencode([(_text(name), _text(value)) for name, value in pairs], errors="replace")
        return Call("POST", "/", body.encode(), signed | typed)
    return _rest_call(operation, parameters, signed)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).encode("utf-8", "replace").decode()


def _flat(shape: Shape | None, value: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """The parameters of EC2's query protocol: `Filter.1.Value.2=x`."""
    if isinstance(value, dict):
        for name, member in value.items():
            inner: Any = shape.members.get(name) if isinstance(shape, StructureShape) else None
            serialized: Any = inner.serialization if inner is not None else {}
            wire = serialized.get("queryName") or serialized.get("name", name)
            wire = f"{wire[:1].upper()}{wire[1:]}"
            yield from _flat(inner, member, f"{prefix}.{wire}" if prefix else wire)
    elif isinstance(value, list):
        inner = shape.member if isinstance(shape, ListShape) else None
        for index, member in enumerate(value, start=1):
            yield from _flat(inner, member, f"{prefix}.{index}")
    elif value is not None:
        yield prefix or "Value", _text(value)


def _rest_call(operation: OperationModel, parameters: Any, headers: dict[str, str]) -> Call:
    """A request of Route 53: members in the path, in the query string and in an XML body."""
    shape = operation.input_shape
    given = parameters if isinstance(parameters, dict) else {"Value": parameters}
    http: dict[str, str] = operation.http or {}
    path, query, body = http["requestUri"], [], {}
    for name, value in given.items():
        inner = shape.members.get(name) if shape is not None else None
        serialized = inner.serialization if inner is not None else {}
        wire = serialized.get("name", name)
        if serialized.get("location") == "uri":
            path = path.replace(f"{{{wire}}}", quote(_text(value), safe="") or "-")
            path = path.replace(f"{{{wire}+}}", quote(_text(value), safe="/") or "-")
        elif serialized.get("location") == "querystring":
            query.append((_text(wire), _text(value)))
        else:
            body[name] = value
    path = path.partition("?")[0].replace("{", "").replace("}", "").replace("+", "")
    if query:
        path += "?" + urlencode(query, errors="replace")
    root = (shape.serialization.get("name") if shape is not None else None) or "Request"
    namespace = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"'
    inner_xml = "".join(_xml(shape, body))
    content = (
        f"<{root} {namespace}>{inner_xml}</{root}>"
        if body or operation.http["method"] == "POST"
        else ""
    )
    return Call(operation.http["method"], path, _encoded(content), headers)


def _xml(shape: Shape | None, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            inner: Any = shape.members.get(name) if isinstance(shape, StructureShape) else None
            wire = inner.serialization.get("name", name) if inner is not None else name
            tag = "".join(c for c in str(wire) if c.isascii() and c.isalnum()) or "x"
            yield f"<{tag}>{''.join(_xml(inner, member))}</{tag}>"
    elif isinstance(value, list):
        inner = shape.member if isinstance(shape, ListShape) else None
        tag = inner.serialization.get("name", "member") if inner is not None else "member"
        for member in value:
            yield f"<{tag}>{''.join(_xml(inner, member))}</{tag}>"
    elif value is not None:
        yield escape(_text(value) if isinstance(value, (bool, int, float)) else str(value))


@st.composite
def damaged(draw: st.DrawFn, whole: Call) -> Call:
    """The call with broken bytes or headers."""
    body = whole.body
    kind = draw(st.sampled_from(["cut", "bytes", "gzip", "type", "chunks", "signature", "none"]))
    if kind == "cut":
        return replace(whole, body=body[: draw(st.integers(0, max(len(body) - 1, 0)))])
    if kind == "bytes":
        at = draw(st.integers(0, len(body)))
        return replace(whole, body=body[:at] + draw(st.binary(min_size=1, max_size=4)) + body[at:])
    if kind == "chunks":
        return replace(
            whole, body=draw(st.sampled_from([b"zz\r\n", b"5\r\nab", b""])), chunked=True
        )
    name, value = {
        "gzip": ("Content-Encoding", "gzip"),
        "type": ("Content-Type", draw(st.sampled_from(["", "text/plain", "application/json"]))),
        "signature": ("Authorization", draw(st.sampled_from(["", "AWS4 x", "Credential=a/b/c"]))),
        "none": ("X-Amz-Target", draw(st.sampled_from(["", ".", "Nobody.Nothing"]))),
    }[kind]
    return replace(whole, headers={**whole.headers, name: value})


def send(port: int, request: Call) -> Reply:
    """Sends the request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        own_host = "Host" in request.headers
        connection.putrequest(
            request.method, request.path, skip_host=own_host, skip_accept_encoding=True
        )
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        else:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        if request.chunked:
            connection.sock.shutdown(1)  # No more chunks come.
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        connection.close()
