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
"""Held for every request to a service that we complete and for every turn of the scheduler, so
that a client sees the state before or after a step. A VPC's resolver reads immutable values."""

settings = EndpointSettings()


def configure(new: EndpointSettings) -> None:
    """Replaces the settings."""
    global settings
    settings = new


def now() -> float:
    """Seconds on a monotonic clock, for delays."""
    return time.monotonic()


def timestamp() -> datetime:
    """The date and time for replies: naive UTC, as moto's serializer expects it."""
    return datetime.now(UTC).replace(tzinfo=None)
