# SPDX-License-Identifier: Apache-2.0
"""Cuts what one AWS call would take too many of."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(values: Sequence[T], size: int) -> Iterator[list[T]]:
    """Yields the values in lists of `size`, the last of which may be shorter."""
    for at in range(0, len(values), size):
        yield list(values[at : at + size])
