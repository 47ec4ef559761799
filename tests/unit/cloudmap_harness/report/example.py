# SPDX-License-Identifier: Apache-2.0
"""A report to look at, of a run whose check has failed."""

from dataclasses import replace

from cloudmap_harness.discovery.summary import summarize
from cloudmap_harness.report.report import Failure, Outcome, Report
from cloudmap_harness.timeline.document import Timeline
from tests.unit.cloudmap_harness.discovery.layers import checked
from tests.unit.cloudmap_harness.discovery.test_table import seen
from tests.unit.cloudmap_harness.timeline.story import story


def failed_report(timeline: Timeline | None = None, title: str = "make test-live") -> Report:
    """The record of the second of two tasks is missing."""
    observation = replace(seen(2), records=seen(1).records)
    return Report(
        title,
        "local (http://127.0.0.1:4566)",
        Outcome.FAILED,
        (Failure("test_the_hands_on", "after 8 s expected 2 in every layer\n  10.0.8.5: missing"),),
        story() if timeline is None else timeline,
        (summarize("shop/web", checked(observation, desired=2)),),
        (),
        (("Python", "3.11.7"), ("Terraform", "1.5.7")),
    )
