# SPDX-License-Identifier: Apache-2.0
"""Pages and filters of Cloud Map's list calls."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from localaws.cloudmap.errors import InvalidInput

DEFAULT_MAX_RESULTS = 100
"""Of every list call, and the most that can be asked for [API reference]."""


class Identified(Protocol):
    """Anything with an id to order it by."""

    id: str


Item = TypeVar("Item", bound=Identified)


def page(
    items: Iterable[Item], max_results: int | None, next_token: str | None
) -> tuple[list[Item], str | None]:
    """One page of the items in the order of their ids, and the token for the next.

    A token names the last item of its page, so that what comes and goes between two calls neither
    repeats an item nor hides one that was there all the time. Raises InvalidInput for a token
    that is not from here.
    """
    after = _decoded(next_token) if next_token else ""
    size = max_results or DEFAULT_MAX_RESULTS
    rest = sorted((item for item in items if item.id > after), key=lambda item: item.id)
    more = len(rest) > size
    return rest[:size], _encoded(rest[size - 1].id) if more else None


def _encoded(id_: str) -> str:
    return base64.urlsafe_b64encode(id_.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError) as error:
        raise InvalidInput("The NextToken is not valid.") from error


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
