# SPDX-License-Identifier: Apache-2.0
"""A client's cache of the addresses of one name. Pure: the clock is given to it."""

from collections.abc import Callable
from ipaddress import IPv4Address

Addresses = tuple[IPv4Address, ...]
"""What a name resolves to; empty when it has no address, which can be cached too."""


class Cache:
    """Holds one answer until its lifetime is over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._addresses: Addresses | None = None
        self._until = 0.0

    def keep(self, addresses: Addresses, seconds: float) -> None:
        """Replaces what is held; `seconds` may be 0, which keeps nothing, or infinite."""
        self._addresses, self._until = addresses, self._clock() + seconds

    def get(self) -> Addresses | None:
        """Returns the answer, or None when there is none or its lifetime is over."""
        return self._addresses if self._clock() < self._until else None

    def forget(self) -> None:
        """Drops the answer before its lifetime is over."""
        self._addresses = None
