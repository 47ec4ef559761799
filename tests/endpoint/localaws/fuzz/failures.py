# SPDX-License-Identifier: Apache-2.0
"""What the endpoint logs when it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class Failures(logging.Handler):
    """Notes each traceback that the endpoint logs."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.seen.append(self.format(record))


@pytest.fixture
def failures() -> Iterator[Failures]:
    handler = Failures()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
