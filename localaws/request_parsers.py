# SPDX-License-Identifier: Apache-2.0
"""Parsers that refuse what AWS refuses; moto's take almost anything, or fail on it.

AWS checks a request's form before its meaning: SerializationException for JSON, MalformedXML and
InvalidInput for Route 53, ValidationError for the query protocols [common errors of each API].
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.parse import (
    EC2QueryParser,
    JSONParser,
    QueryParser,
    RequestDict,
    RequestParser,
    RestXMLParser,
)

from localaws.bad_input import BadInput

SERIALIZATION = "SerializationException"
MALFORMED_XML = "MalformedXML"
INVALID_INPUT = "InvalidInput"
VALIDATION = "ValidationError"

BITS = {"integer": 31, "long": 63}
WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)


def _whole(shape: Shape, text: str) -> int:
    """Reads a whole number. Raises ValueError."""
    if not WHOLE.fullmatch(text) or not _fits(shape, int(text)):
        raise ValueError(f"{text!r} is not a {shape.type_name}")
    return int(text)


def _fits(shape: Shape, number: int) -> bool:
    limit = 1 << BITS.get(shape.type_name, 63)
    return -limit <= number < limit


def _truth(text: str) -> bool:
    """Reads a boolean. Raises ValueError."""
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is not a boolean")
    return text.lower() == "true"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refuse_type(shape: Shape, path: str) -> None:
    raise BadInput(SERIALIZATION, f"The value at '{path or '/'}' cannot be read as {_name(shape)}.")


def _name(shape: Shape) -> str:
    return "an object" if isinstance(shape, (StructureShape, MapShape)) else f"a {shape.type_name}"


def check_types(shape: Shape, value: Any, path: str = "") -> None:
    """Compares a JSON value with a shape. Raises BadInput for the first that has another type."""
    if isinstance(shape, (StructureShape, MapShape)):
        if not isinstance(value, dict):
            return _refuse_type(shape, path)
        for name, member in _members(shape, value):
            inner = shape.value if isinstance(shape, MapShape) else shape.members[name]
            # AWS takes null for a member that is not there; that a map has no null is our choice.
            if member is not None or isinstance(shape, MapShape):
                check_types(inner, member, f"{path}/{name}")
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            return _refuse_type(shape, path)
        for index, member in enumerate(value):
            check_types(shape.member, member, f"{path}/{index}")
    elif not _is_scalar(shape, value):
        _refuse_type(shape, path)
    return None


def _members(shape: StructureShape | MapShape, value: dict[str, Any]) -> list[tuple[str, Any]]:
    if isinstance(shape, MapShape):
        for key in value:
            check_types(shape.key, key, f"/{key}")
        return [*value.items()]
    # Unknown members are ignored, as AWS does.
    return [
        (name, value.get(member.serialization.get("name", name)))
        for name, member in shape.members.items()
    ]


def _is_scalar(shape: Shape, value: Any) -> bool:
    kind = shape.type_name
    if kind in ("string", "blob", "character"):
        # A lone surrogate is JSON, but no text: it has no encoding.
        return _is_text(value)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in BITS:
        return isinstance(value, int) and not isinstance(value, bool) and _fits(shape, value)
    if kind == "timestamp":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and _is_date(value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_date(seconds: float) -> bool:
    try:
        datetime.fromtimestamp(seconds)
    except (OverflowError, ValueError, OSError):
        return False
    return True


class StrictJsonParser(JSONParser):
    """JSON 1.1, of ECS, Cloud Map and Application Auto Scaling."""

    def _parse_body_as_json(self, body_contents: bytes) -> Any:
        if not body_contents:
            return {}
        try:
            body = json.loads(body_contents.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadInput(SERIALIZATION, f"The body is not JSON: {error}") from error
        if shape := self.operation_model.input_shape:
            check_types(shape, body)
        return body


class StrictXmlParser(RestXMLParser):
    """REST with XML, of Route 53."""

    def _parse_xml_string_to_dom(self, xml_string: bytes) -> Any:
        reader = expat.ParserCreate()
        # A document type can define entities that grow without limit.
        reader.StartDoctypeDeclHandler = _refuse_document_type
        try:
            reader.Parse(xml_string, True)
            root = ElementTree.fromstring(xml_string)
        except Exception as error:
            raise BadInput(MALFORMED_XML, f"The body is not XML: {error}") from error
        shape, found = self.operation_model.input_shape, root.tag.rpartition("}")[2]
        wanted = shape and shape.serialization.get("name")
        if wanted and found != wanted:
            raise BadInput(MALFORMED_XML, f"The body's element is {found}, expected {wanted}.")
        return root

    def _parse_integer(self, shape: Shape, node: Any) -> int:
        return _whole(shape, _text(node))

    _parse_long = _parse_integer

    def _parse_boolean(self, shape: Shape, node: Any) -> bool:
        return _truth(_text(node))


def _refuse_document_type(*_: Any) -> None:
    raise ValueError("a document type is not allowed")


def _text(node: Any) -> str:
    """The text of an element, or of a parameter in the URL."""
    return node if isinstance(node, str) else (node.text or "")


class _StrictQuery(QueryParser):
    """What EC2's protocol and the query protocol share: numbers and booleans as text."""

    def _parse_integer(self, shape: Shape, query_params: Any, prefix: str = "") -> Any:
        value = self._default_handle(shape, query_params, prefix)  # type: ignore[no-untyped-call]
        return _whole(shape, value) if isinstance(value, str) else value

    _parse_long = _parse_integer

    def _parse_boolean(self, shape: Shape, query_params: Any, prefix: str = "") -> Any:
        value = self._default_handle(shape, query_params, prefix)  # type: ignore[no-untyped-call]
        return _truth(value) if isinstance(value, str) else value


class StrictQueryParser(_StrictQuery):
    """The query protocol, of IAM and load balancing."""


class StrictEc2Parser(_StrictQuery, EC2QueryParser):
    """EC2's own query protocol."""


PARSERS: Mapping[str, tuple[type[RequestParser], str]] = {
    "json": (StrictJsonParser, SERIALIZATION),
    "rest-xml": (StrictXmlParser, INVALID_INPUT),
    "query": (StrictQueryParser, VALIDATION),
    "ec2": (StrictEc2Parser, VALIDATION),
}
"""By protocol: the parser, and the code for a value that it cannot read."""


def parse(protocol: str, operation: Any, map_type: type, request: RequestDict) -> Any:
    """Parses a request by its operation's model. Raises BadInput."""
    parser, code = PARSERS[protocol]
    try:
        return parser(operation, map_type=map_type).parse(request)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise BadInput(code, f"The request cannot be read: {error}") from error
