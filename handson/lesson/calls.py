# SPDX-License-Identifier: Apache-2.0
"""A call of a client, and how it came out."""

from dataclasses import dataclass
from enum import StrEnum

from handson.lesson.cache import Addresses


class Outcome(StrEnum):
    """What a client got for its call."""

    PAGE = "answered"
    NO_NAME = "no such name"
    """Not called: the client knows, or believes, that the name has no address."""
    REFUSED = "refused"
    """The task is stopping, or registered and not yet running: nothing listens at its address."""
    NOBODY = "nobody there"
    """The address belongs to no interface. On AWS nothing answers at all: the call times out."""
    STRANGER = "another service"
    """The address was given to a task of another service, which answered."""
    BROKEN = "broken off"
    """The task stopped while it was answering."""


@dataclass(frozen=True)
class Result:
    """How a call came out."""

    outcome: Outcome
    tried: Addresses
    """The addresses that were called, in this order; the last one gave the outcome."""
    held: Addresses
    """The answer that the client held after the call."""
    asked: bool
    """Whether that answer came from DNS for this call."""


@dataclass(frozen=True)
class Call:
    """A result, and when the call began: seconds on AWS since the lesson's clients began."""

    at: float
    result: Result
