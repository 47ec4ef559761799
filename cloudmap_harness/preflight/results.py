# SPDX-License-Identifier: Apache-2.0
"""The chain's links, each with a verdict: it holds, is missing, or was not checked and why."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cloudmap_harness.errors import AwsError, HarnessError, WaitTimeout


class Verdict(StrEnum):
    """What became of looking at a link."""

    HOLDS = "holds"
    MISSING = "missing"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class CapabilityResult:
    """A link, the verdict, and what was seen or why it was not looked at."""

    name: str
    verdict: Verdict
    said: str

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}: {self.said}"


class Missing(Exception):
    """The link does not hold; the text is what was seen."""


class Skipped(Exception):
    """The link cannot be looked at; the text is why."""


def probe(name: str, see: Callable[[], str]) -> CapabilityResult:
    """The link that `see` looks at: it says what it saw, or raises Lacking or Unchecked.

    An AWS error and a wait in vain are what is missing, too.
    """
    try:
        return CapabilityResult(name, Verdict.HOLDS, see())
    except Skipped as reason:
        return CapabilityResult(name, Verdict.NOT_CHECKED, str(reason))
    except WaitTimeout as late:
        return CapabilityResult(
            name, Verdict.MISSING, f"{'; '.join(late.problems)} after {late.elapsed:.0f} s"
        )
    except (Missing, AwsError) as error:
        return CapabilityResult(name, Verdict.MISSING, str(error))


@dataclass(frozen=True)
class PreflightReport:
    """What a place has of the chain."""

    place: str
    answers: str
    """Who answers there, as far as it tells."""
    links: tuple[CapabilityResult, ...]
    notes: tuple[str, ...] = ()
    """What a person should know or do besides."""

    @property
    def missing(self) -> tuple[CapabilityResult, ...]:
        return tuple(link for link in self.links if link.verdict is Verdict.MISSING)

    def require(self) -> None:
        """Raises LinkMissing unless every link that could be checked holds."""
        if self.missing:
            raise CapabilityMissing(self)


class CapabilityMissing(HarnessError):
    """A place that lacks a link of the chain: nothing should be deployed there."""

    def __init__(self, report: PreflightReport) -> None:
        lines = [f"{report.place} ({report.answers}) lacks what the hands-on needs:"]
        lines += [f"  {link.name}: {link.said}" for link in report.missing]
        lines += [f"  {note}" for note in report.notes]
        super().__init__("\n".join(lines))
        self.report = report
