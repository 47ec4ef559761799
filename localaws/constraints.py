# SPDX-License-Identifier: Apache-2.0
"""Checks a request's parameters against the constraints that an AWS service model declares.

moto parses requests by the model and ignores its constraints; AWS checks them before anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape


def violations(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Yields each violation of the shape by `value`, in AWS's words.

    `path` is the member's path as AWS prints it: lower camel case, joined by dots.
    """
    if isinstance(shape, StructureShape):
        yield from _of_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _of_length(shape, value, path)
        for index, member in enumerate(value, start=1):
            yield from violations(shape.member, member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from violations(shape.key, key, f"{path}.key")
            yield from violations(shape.value, member, f"{path}.{key}.member")
    elif isinstance(shape, StringShape):
        yield from _of_string(shape, value, path)
    elif shape.type_name in ("integer", "long"):
        yield from _of_number(shape, value, path)


def message(shape: Shape, params: Mapping[str, Any]) -> str | None:
    """All violations in AWS's one sentence, or None when there are none."""
    found = list(violations(shape, params))
    if not found:
        return None
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


def missing(shape: Shape, params: Mapping[str, Any]) -> str | None:
    """The first required member of a structure that is not there, or None."""
    required = shape.required_members if isinstance(shape, StructureShape) else []
    return next((name for name in required if params.get(name) in (None, "")), None)


def _failed(path: str, value: object, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    where = "Value null" if value is None else f"Value {shown}"
    return f"{where} at '{path}' failed to satisfy constraint: Member must {constraint}"


def _of_structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        given = value.get(name)
        if given is not None:
            yield from violations(member, given, place)
        elif name in shape.required_members:
            yield _failed(place, None, "not be null")


def _of_length(shape: Shape, value: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield _failed(path, value, f"have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield _failed(path, value, f"have length less than or equal to {high}")


def _of_string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    yield from _of_length(shape, value, path)
    if shape.enum and value not in shape.enum:
        yield _failed(path, value, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _is_match(pattern, value):
        yield _failed(path, value, f"satisfy regular expression pattern: {pattern}")


JAVA_CLASSES = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{Alnum}": "a-zA-Z0-9"}
"""Classes of characters in Java's regular expressions, and what comes next to them in Python's."""


def _is_match(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Compiles a pattern of Java's; None for one that Python cannot read, which is not checked."""
    for java, python in JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _of_number(shape: Shape, value: int, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _failed(path, value, f"have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _failed(path, value, f"have value less than or equal to {high}")
