# SPDX-License-Identifier: Apache-2.0
"""Where everything listens, and how a port that cannot be had is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
"""Nothing of the endpoint is ever reachable from another machine."""


@contextmanager
def on_port(port: int, variable: str) -> Iterator[None]:
    """Say of an OSError which port it is about and which variable chooses another."""
    try:
        yield
    except OSError as error:
        reason = f"cannot listen on {HOST}:{port}: {error.strerror}; {variable} chooses another"
        raise OSError(error.errno, reason) from error
