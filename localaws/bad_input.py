# SPDX-License-Identifier: Apache-2.0
"""The error for a request that cannot be read, or not be carried out as it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class BadInput(Exception):
    """A request that is refused with 400: AWS's error code, and what is wrong with it."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message
