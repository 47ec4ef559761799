# SPDX-License-Identifier: Apache-2.0
"""Requests by a service's model, as hypothesis draws them: good ones, and what was done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import strategies as st

Pool = Mapping[str, Sequence[str]]
"""What exists in the account, by a part of the members' names; under "" all of it."""

MOST_DEPTH = 4
MOST_MUTATIONS = 3

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["", " ", [], {}, [[]], [None], {"": None}, [{}]]),
    st.sampled_from([0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 1e308, float("nan"), float("inf")]),
    st.sampled_from(["\0", "\ud800", "../..", "<&>", "%00%ff", "é", "\u2028", "'\"", "a" * 70_000]),
    st.sampled_from(
        ["-1", "1e9", "true", "null", "arn:aws:ecs:::", "*", "10.0.0.0/33", "2026-13-01"]
    ),
    st.text(max_size=20),
    st.recursive(st.none() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2)),
    st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5), max_size=2),
)
"""What takes the place of a value: of another type, out of every range, or no text."""


@st.composite
def requests(draw: st.DrawFn, shape: Shape | None, pool: Pool) -> Any:
    """The parameters of a request: mostly what the model wants, with up to three mutations."""
    parameters = draw(_values(shape, pool, "", 0)) if shape is not None else {}
    for _ in range(draw(st.integers(0, MOST_MUTATIONS))):
        parameters = draw(_mutated(parameters))
    return parameters


@st.composite
def _values(draw: st.DrawFn, shape: Shape, pool: Pool, name: str, depth: int) -> Any:
    if isinstance(shape, StructureShape):
        chosen = {}
        for member, inner in shape.members.items():
            required = member in shape.required_members
            if required or (depth < MOST_DEPTH and draw(st.integers(0, 3)) == 0):
                chosen[member] = draw(_values(inner, pool, member, depth + 1))
        return chosen
    if isinstance(shape, ListShape):
        count = draw(st.integers(0, 2)) if depth < MOST_DEPTH else 0
        return [draw(_values(shape.member, pool, name, depth + 1)) for _ in range(count)]
    if isinstance(shape, MapShape):
        keys = draw(st.lists(st.text("abAWS_.", min_size=1, max_size=6), max_size=2))
        return {key: draw(_values(shape.value, pool, name, depth + 1)) for key in keys}
    return draw(_scalars(shape, pool, name))


def _scalars(shape: Shape, pool: Pool, name: str) -> st.SearchStrategy[Any]:
    kind = shape.type_name
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "long"):
        low = max(int(shape.metadata.get("min", -1)), -(2**31))
        return st.sampled_from([low, 0, 1, 2, 80, 256, 1000])
    if kind in ("float", "double", "timestamp"):
        return st.sampled_from([0, 1, 1.5, 1_700_000_000])
    if isinstance(shape, StringShape) and shape.enum:
        return st.sampled_from([*shape.enum, "NO_SUCH_VALUE"])
    fitting = [
        text for part, texts in pool.items() if part and part in name.lower() for text in texts
    ]
    return st.one_of(
        st.sampled_from(fitting or pool[""]),
        st.sampled_from(pool[""]),
        st.sampled_from(["x", "10.0.0.9", "10.0.8.0/24", "80", "example.internal", "1"]),
        st.text(max_size=8),
    )


@st.composite
def _mutated(draw: st.DrawFn, value: Any) -> Any:
    """The value with junk at one place in it, or without one of its members."""
    here = draw(st.integers(0, 4)) == 0
    if isinstance(value, dict) and value and not here:
        key = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 3)) == 0:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: draw(_mutated(value[key]))}
    if isinstance(value, list) and value and not here:
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(_mutated(value[index])), *value[index + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, draw(st.text(min_size=1, max_size=8)): draw(JUNK)}
    return draw(st.one_of(JUNK, st.just([value]), st.just({"value": value})))
