# SPDX-License-Identifier: Apache-2.0
"""The table that a preflight is: capability, what it needs, probe."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cloudmap_harness.live_line import doing
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.results import CapabilityResult, Skipped, probe

Need = Callable[[], str | None]
"""Returns why a check cannot be made; None when it can."""


@dataclass(frozen=True)
class Check:
    """One row of the table: the first need that is not met skips the probe."""

    capability: Capability
    needs: tuple[Need, ...]
    probe: Callable[[], str]

    def look(self) -> str:
        """Returns what the probe saw. Raises Skipped with the first need that is not met."""
        for need in self.needs:
            if reason := need():
                raise Skipped(reason)
        return self.probe()


def run_checks(checks: Iterable[Check]) -> tuple[CapabilityResult, ...]:
    """Runs the checks in the given order and returns the results in Capability's order."""
    results = []
    for check in checks:
        with doing(f"looking at {check.capability}"):
            results.append(probe(check.capability, check.look))
    order = list(Capability)
    return tuple(sorted(results, key=lambda result: order.index(result.capability)))


def needing(need: Need, checks: Iterable[Check]) -> tuple[Check, ...]:
    """Returns the checks with one more need, asked first."""
    return tuple(replace(check, needs=(need, *check.needs)) for check in checks)
