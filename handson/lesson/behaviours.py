# SPDX-License-Identifier: Apache-2.0
"""The ways in which clients cache DNS answers, one for each lane of the lesson."""

import math
from dataclasses import dataclass

NEVER = 0.0
FOREVER = math.inf


@dataclass(frozen=True)
class Behaviour:
    """How long a client keeps answers, and what it does when a call fails."""

    name: str
    does: str
    """A sentence that says it to a reader."""
    keeps_addresses: float | None = None
    """Seconds, NEVER or FOREVER; None honours the answer's TTL."""
    keeps_nothing: float | None = None
    """The same for an answer without an address; None honours the zone's SOA."""
    tries_next: bool = False
    """Whether a call that failed goes on to the next address of the same answer."""
    asks_again: bool = False
    """Whether a call that failed on all its addresses drops the answer and asks DNS, once."""


HONOURS_TTL = Behaviour("honours TTL", "Keeps an answer for its TTL, as a resolver library does.")
FOR_EVER = Behaviour(
    "for ever",
    "Keeps addresses until it ends, as a JVM does with networkaddress.cache.ttl=-1; that there "
    "is no address it keeps for 10 s, as a JVM does.",
    keeps_addresses=FOREVER,
    keeps_nothing=10.0,
)
ASKS_EACH_TIME = Behaviour(
    "asks each time",
    "Asks DNS before each call and keeps nothing.",
    keeps_addresses=NEVER,
    keeps_nothing=NEVER,
)
TRIES_NEXT = Behaviour(
    "tries next",
    "Keeps an answer for its TTL; when a call fails, it tries the next address of the answer.",
    tries_next=True,
)
ASKS_AGAIN = Behaviour(
    "asks again",
    "As the one before; when all addresses have failed, it asks DNS anew and tries those.",
    tries_next=True,
    asks_again=True,
)
BEHAVIOURS = (HONOURS_TTL, FOR_EVER, ASKS_EACH_TIME, TRIES_NEXT, ASKS_AGAIN)
