# SPDX-License-Identifier: Apache-2.0
"""What all services of the one endpoint in this process share: a lock, a clock and the settings.

moto keeps its backends in process-wide dictionaries, so there is one endpoint per process.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import RLock

from localaws.settings import Settings

LOCK = RLock()
"""Held for every request to a service that we complete and for every tick of the scheduler:
a client sees the state before or after a step, never in the middle of one."""

settings = Settings()


def configure(new: Settings) -> None:
    """Use these settings from now on."""
    global settings
    settings = new


def now() -> float:
    """Seconds on a clock that never goes back; for delays."""
    return time.monotonic()


def timestamp() -> datetime:
    """The present, for the dates in replies: naive UTC, as moto's serializer takes it."""
    return datetime.now(UTC).replace(tzinfo=None)
