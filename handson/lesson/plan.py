# SPDX-License-Identifier: Apache-2.0
"""What happens in the lesson, and when: the services, and each change of their tasks."""

from dataclasses import dataclass

from handson.lesson.pace import Pace

NAMESPACE = "lesson.internal"
EMPTY = "empty"
"""The service that begins without a task."""
EMPTY_TTL = 60
TASKS = 4
FEW = 2
INTERVAL = 5.0
"""Seconds between two calls of a client."""
NEGATIVE = 300
"""Seconds for which a negative answer of the VPC's resolver lives; docs/ttl.md has the sources."""
DOWN = f"{TASKS} → {FEW}"
TO_NOTHING = f"{FEW} → 0"
UP_AGAIN = f"0 → {TASKS}"
DEPLOYMENT = "deployment"
RESTART = "clients restart"
PHASES = (DOWN, TO_NOTHING, UP_AGAIN, DEPLOYMENT)
"""The phases whose calls are counted."""
_BEFORE = 30.0
"""Seconds in which nothing changes, and the clients fill their caches."""
_AFTER = 60.0
"""Seconds after the longest lifetime of an answer, in which every client should be right again."""
_START = 30.0
"""Seconds in which tasks start, and old ones are replaced."""


@dataclass(frozen=True)
class Phase:
    """A change of a service's tasks, and the time until the next one: seconds on AWS."""

    name: str
    begins: float
    ends: float

    def has(self, at: float) -> bool:
        """Returns whether a time is in the phase."""
        return self.begins <= at < self.ends


@dataclass(frozen=True)
class Plan:
    """The TTLs that are compared, and the pace of it all."""

    ttls: tuple[int, ...] = (300, 60, 10, 0)
    pace: Pace = Pace(20)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The changes of every service but the empty one, in their order.

        The clients restart before the deployment, so that it meets each of them with a fresh cache.
        """
        keeps = max(self.ttls)
        lengths = {
            DOWN: keeps + _AFTER,
            TO_NOTHING: keeps + _AFTER,
            UP_AGAIN: NEGATIVE + _START + _AFTER,
            RESTART: _BEFORE,
            DEPLOYMENT: keeps + _START + _AFTER,
        }
        phases: list[Phase] = []
        begins = _BEFORE
        for name, length in lengths.items():
            phases.append(Phase(name, begins, begins + length))
            begins += length
        return tuple(phases)

    @property
    def filling(self) -> Phase:
        """The change of the empty service, whose clients have asked for it in vain until then."""
        return Phase(UP_AGAIN, _BEFORE, _BEFORE + NEGATIVE + _START + _AFTER)

    @property
    def seconds(self) -> float:
        """How long the lesson is, on AWS."""
        return max(self.phases[-1].ends, self.filling.ends)


def service_of(ttl: int) -> str:
    """Returns the name of the service whose records have this TTL."""
    return f"ttl-{ttl}"
