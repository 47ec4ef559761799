# SPDX-License-Identifier: Apache-2.0
"""Filters of Cloud Map's list calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from localaws.cloudmap.errors import InvalidInput


def matches(
    filters: Iterable[Mapping[str, Any]], values: Mapping[str, Callable[[], str | float | None]]
) -> bool:
    """Whether a thing passes all filters; `values` gives what each filter name looks at.

    Raises InvalidInput for a filter that the call does not have.
    """
    return all(_matches(filter_, values) for filter_ in filters)


def _matches(
    filter_: Mapping[str, Any], values: Mapping[str, Callable[[], str | float | None]]
) -> bool:
    name, wanted = filter_["Name"], filter_["Values"]
    condition = filter_.get("Condition") or "EQ"
    if name not in values:
        raise InvalidInput(f"The filter {name} cannot be used here.")
    value = values[name]()
    if condition == "BETWEEN":
        if len(wanted) != 2 or not all(_is_number(bound) for bound in wanted):
            raise InvalidInput(f"BETWEEN needs two numbers for {name}.")
        return isinstance(value, float) and float(wanted[0]) <= value <= float(wanted[1])
    if condition == "EQ" and len(wanted) != 1:
        raise InvalidInput(f"EQ needs one value for {name}.")
    if condition == "BEGINS_WITH":
        return isinstance(value, str) and any(value.startswith(prefix) for prefix in wanted)
    return value in wanted


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
