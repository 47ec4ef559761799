# SPDX-License-Identifier: Apache-2.0
"""A client: resolves a name, keeps the answer as it is used to, and calls the addresses in turn."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from handson.lesson.behaviours import Behaviour
from handson.lesson.cache import Addresses, Cache
from handson.lesson.calls import Outcome, Result


@dataclass(frozen=True)
class Answer:
    """What DNS answered, and for how many seconds a client may keep it."""

    addresses: Addresses
    lifetime: float


class Client:
    """Calls one name, again and again."""

    def __init__(
        self,
        behaviour: Behaviour,
        ask: Callable[[], Answer],
        get: Callable[[IPv4Address], Outcome],
        clock: Callable[[], float],
    ) -> None:
        """`clock` gives the seconds in which lifetimes are counted."""
        self._behaviour = behaviour
        self._ask_dns = ask
        self._get = get
        self._cache = Cache(clock)
        self._turn = 0

    def call(self) -> Result:
        """Makes one call, with as many attempts as the client's behaviour has."""
        held = self._cache.get()
        asked = held is None
        if held is None:
            held = self._ask()
        outcome, tried = self._try(held)
        if outcome is not Outcome.PAGE and self._behaviour.asks_again and tried and not asked:
            self._cache.forget()
            held, asked = self._ask(), True
            outcome, more = self._try(held)
            tried += more
        return Result(outcome, tried, held, asked)

    def _ask(self) -> Addresses:
        answer = self._ask_dns()
        behaviour = self._behaviour
        own = behaviour.keeps_addresses if answer.addresses else behaviour.keeps_nothing
        self._cache.keep(answer.addresses, answer.lifetime if own is None else own)
        return answer.addresses

    def _try(self, held: Addresses) -> tuple[Outcome, Addresses]:
        """Calls the next address in turn, and with `tries_next` those after it while they fail."""
        if not held:
            return Outcome.NO_NAME, ()
        first = self._turn % len(held)
        self._turn += 1
        candidates = held[first:] + held[:first]
        if not self._behaviour.tries_next:
            candidates = candidates[:1]
        tried: Addresses = ()
        outcome = Outcome.NO_NAME
        for address in candidates:
            tried += (address,)
            outcome = self._get(address)
            if outcome is Outcome.PAGE:
                break
        return outcome, tried
