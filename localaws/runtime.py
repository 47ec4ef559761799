# SPDX-License-Identifier: Apache-2.0
"""What all services of the endpoint share: a lock, a clock and the settings.

There is one endpoint in a process, since moto keeps its backends in process-wide dictionaries.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import RLock

from localaws.settings import EndpointSettings

LOCK = RLock()
"""Held for every request that does not wait for another one, and for every turn of the scheduler,
so that a client sees the state before or after a step. A VPC's resolver reads immutable values."""

settings = EndpointSettings()


def configure(new: EndpointSettings) -> None:
    """Replaces the settings."""
    global settings
    settings = new


_ahead = 0.0
"""Seconds by which the endpoint's clock is ahead of this machine's, which begins at its boot."""


def now() -> float:
    """Seconds on a monotonic clock, for delays; an account that was kept goes on with its own."""
    return time.monotonic() + _ahead


def resume_at(moment: float) -> None:
    """Sets the clock: delays go on where they were when the account was kept."""
    global _ahead
    _ahead = moment - time.monotonic()


def timestamp() -> datetime:
    """The date and time for replies: naive UTC, as moto's serializer expects it."""
    return datetime.now(UTC).replace(tzinfo=None)
