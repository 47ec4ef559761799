# SPDX-License-Identifier: Apache-2.0
"""Where all servers of the endpoint listen, and the error for a port that is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
"""Loopback only: no other machine can reach the endpoint."""


@contextmanager
def on_port(port: int, variable: str) -> Iterator[None]:
    """Adds to an OSError the port and the variable that chooses another port."""
    try:
        yield
    except OSError as error:
        reason = f"cannot listen on {HOST}:{port}: {error.strerror}; {variable} chooses another"
        raise OSError(error.errno, reason) from error
