# SPDX-License-Identifier: Apache-2.0
"""What a preflight found: for each capability whether it holds, is missing or was not checked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cloudmap_harness.errors import AwsError, HarnessError, WaitTimeout
from cloudmap_harness.preflight.capabilities import Capability


class Verdict(StrEnum):
    """The outcome of a check."""

    HOLDS = "holds"
    MISSING = "missing"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class CapabilityResult:
    """A capability, the verdict, and what was seen or why nothing was looked at."""

    capability: Capability
    verdict: Verdict
    detail: str

    def __str__(self) -> str:
        return f"{self.capability}: {self.verdict}: {self.detail}"


class Missing(Exception):
    """A probe raises this when the capability is missing; the text is what it saw."""


class Skipped(Exception):
    """A probe raises this when it cannot look; the text is why."""


def probe(capability: Capability, look: Callable[[], str]) -> CapabilityResult:
    """Returns the verdict on a capability: `look` returns what it saw, or raises.

    Skipped is "not checked"; Missing, an AWS error and a wait that timed out are "missing".
    """
    try:
        return CapabilityResult(capability, Verdict.HOLDS, look())
    except Skipped as reason:
        return CapabilityResult(capability, Verdict.NOT_CHECKED, str(reason))
    except WaitTimeout as late:
        detail = f"{'; '.join(late.problems)} after {late.elapsed:.0f} s"
        return CapabilityResult(capability, Verdict.MISSING, detail)
    except (Missing, AwsError) as error:
        return CapabilityResult(capability, Verdict.MISSING, str(error))


@dataclass(frozen=True)
class PreflightReport:
    """The capabilities of a place."""

    place: str
    endpoint_name: str
    """Who answers there, as far as the endpoint says."""
    results: tuple[CapabilityResult, ...]
    notes: tuple[str, ...] = ()
    """What a person should know or do besides."""

    @property
    def missing(self) -> tuple[CapabilityResult, ...]:
        return tuple(result for result in self.results if result.verdict is Verdict.MISSING)

    def require(self) -> None:
        """Raises CapabilityMissing when a capability is missing."""
        if self.missing:
            raise CapabilityMissing(self)


class CapabilityMissing(HarnessError):
    """A place lacks a capability: nothing should be deployed there."""

    def __init__(self, report: PreflightReport) -> None:
        lines = [f"{report.place} ({report.endpoint_name}) lacks what a deployment needs:"]
        lines += [f"  {result.capability}: {result.detail}" for result in report.missing]
        lines += [f"  {note}" for note in report.notes]
        super().__init__("\n".join(lines))
        self.report = report
