# SPDX-License-Identifier: Apache-2.0
"""The pages of a list call, in the order of a key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


class InvalidToken(ValueError):
    """The token is not one that a page ended with."""


def page(
    items: Iterable[Item], key: Callable[[Item], str], size: int, token: str | None
) -> tuple[list[Item], str | None]:
    """Returns one page of the items in the order of their keys, and the token of the next page.

    A token names the last item of its page, so that an item that is created or deleted between two
    calls neither repeats nor hides another. Raises InvalidToken.
    """
    after = _decoded(token) if token else ""
    rest = sorted((item for item in items if key(item) > after), key=key)
    return rest[:size], _encoded(key(rest[size - 1])) if len(rest) > size else None


def _encoded(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError) as error:
        raise InvalidToken("The token is not valid.") from error
