# SPDX-License-Identifier: Apache-2.0
"""Filters of Cloud Map's list calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from localaws.cloudmap.errors import InvalidInput

Item = TypeVar("Item")


@dataclass(frozen=True)
class Criterion(Generic[Item]):
    """What a filter looks at, and the conditions that it can be used with."""

    value: Callable[[Item], str | float | None]
    conditions: tuple[str, ...] = ("EQ",)


def filtered(
    items: Iterable[Item],
    filters: Sequence[Mapping[str, Any]],
    criteria: Mapping[str, Criterion[Item]],
) -> list[Item]:
    """The items that pass all filters; `criteria` are those that the call has, by name.

    Raises InvalidInput for another filter, and for a condition or values that do not go with it.
    """
    for filter_ in filters:
        _refuse_unusable(filter_, criteria)
    return [
        item
        for item in items
        if all(_passes(filter_, criteria[filter_["Name"]].value(item)) for filter_ in filters)
    ]


def _condition(filter_: Mapping[str, Any]) -> str:
    return filter_.get("Condition") or "EQ"


def _refuse_unusable(filter_: Mapping[str, Any], criteria: Mapping[str, Criterion[Item]]) -> None:
    name, values, condition = filter_["Name"], filter_["Values"], _condition(filter_)
    if name not in criteria:
        raise InvalidInput(f"The filter {name} cannot be used here.")
    if condition not in criteria[name].conditions:
        raise InvalidInput(f"{condition} cannot be used with the filter {name}.")
    if condition == "BETWEEN":
        if len(values) != 2 or not all(_is_number(bound) for bound in values):
            raise InvalidInput(f"BETWEEN needs two numbers for {name}.")
    elif condition != "IN" and len(values) != 1:
        raise InvalidInput(f"{condition} needs one value for {name}.")


def _passes(filter_: Mapping[str, Any], value: str | float | None) -> bool:
    wanted, condition = filter_["Values"], _condition(filter_)
    if condition == "BETWEEN":
        return isinstance(value, float) and float(wanted[0]) <= value <= float(wanted[1])
    if condition == "BEGINS_WITH":
        return isinstance(value, str) and value.startswith(wanted[0])
    return value in wanted


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
