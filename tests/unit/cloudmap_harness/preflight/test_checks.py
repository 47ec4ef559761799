# SPDX-License-Identifier: Apache-2.0
"""A check runs only when its needs are met; a report shows the capabilities in one order."""

import pytest

from cloudmap_harness.errors import AwsError, WaitTimeout
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.checks import Check, needing, run_checks
from cloudmap_harness.preflight.results import (
    CapabilityMissing,
    CapabilityResult,
    Missing,
    PreflightReport,
    Skipped,
    Verdict,
    probe,
)


def never() -> str:
    raise AssertionError("a check with an unmet need was run")


def raising(error: Exception) -> Check:
    def look() -> str:
        raise error

    return Check(Capability.DNS, (), look)


def test_the_first_unmet_need_is_why_a_check_is_skipped() -> None:
    needs = (lambda: None, lambda: "there is no VPC", lambda: "no task runs")
    [result] = run_checks([Check(Capability.DNS, needs, never)])
    expected = CapabilityResult(Capability.DNS, Verdict.NOT_CHECKED, "there is no VPC")
    assert result == expected


def test_an_added_need_is_asked_first() -> None:
    check = Check(Capability.DNS, (lambda: "there is no VPC",), never)
    [result] = run_checks(needing(lambda: "nobody answers", [check]))
    assert result.detail == "nobody answers"


def test_checks_run_as_given_and_are_shown_in_the_order_of_the_capabilities() -> None:
    ran: list[Capability] = []

    def running(capability: Capability) -> Check:
        return Check(capability, (), lambda: ran.append(capability) or capability)  # type: ignore[func-returns-value]

    given = [Capability.HTTP, Capability.IDENTITY, Capability.DELETE_RULES]
    results = run_checks(running(capability) for capability in given)
    assert ran == given
    assert [result.capability for result in results] == [
        Capability.IDENTITY,
        Capability.DELETE_RULES,
        Capability.HTTP,
    ]


def test_a_need_that_an_earlier_check_meets_is_asked_when_its_turn_comes() -> None:
    made: list[str] = []
    checks = [
        Check(Capability.VPC, (), lambda: made.append("VPC") or "made"),  # type: ignore[func-returns-value]
        Check(Capability.DNS, (lambda: None if made else "there is no VPC",), lambda: "seen"),
    ]
    assert [result.verdict for result in run_checks(checks)] == [Verdict.HOLDS, Verdict.HOLDS]


@pytest.mark.parametrize(
    ("error", "verdict", "detail"),
    [
        (Skipped("no task runs"), Verdict.NOT_CHECKED, "no task runs"),
        (Missing("0 VPCs named x"), Verdict.MISSING, "0 VPCs named x"),
        (AwsError("ListTasks", "Denied", "no"), Verdict.MISSING, "ListTasks: Denied: no"),
        (WaitTimeout("x", (), ["a", "b"], 5.2), Verdict.MISSING, "a; b after 5 s"),
    ],
)
def test_what_a_probe_raises_is_its_verdict(
    error: Exception, verdict: Verdict, detail: str
) -> None:
    check = raising(error)
    assert probe(check.capability, check.look) == CapabilityResult(Capability.DNS, verdict, detail)


def test_a_missing_capability_is_refused_with_what_was_seen() -> None:
    results = (
        CapabilityResult(Capability.IDENTITY, Verdict.HOLDS, "account 1"),
        CapabilityResult(Capability.DNS, Verdict.NOT_CHECKED, "no task runs"),
        CapabilityResult(Capability.TASKS, Verdict.MISSING, "none was begun"),
    )
    PreflightReport("here", "x", results[:2]).require()
    report = PreflightReport("here", "x", results, ("a note",))
    with pytest.raises(CapabilityMissing) as caught:
        report.require()
    assert str(caught.value).splitlines() == [
        "here (x) lacks what a deployment needs:",
        "  ECS runs tasks: none was begun",
        "  a note",
    ]
    assert caught.value.report is report
