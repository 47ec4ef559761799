# SPDX-License-Identifier: Apache-2.0
"""The summary has the result, the steps and what is missing, and makes no markup of its words."""

import re
from dataclasses import replace

from cloudmap_harness.report.markdown import LINES, STEPS, markdown
from cloudmap_harness.report.report import Failure
from tests.unit.cloudmap_harness.report.example import failed_report
from tests.unit.cloudmap_harness.timeline.story import step, timeline


def test_it_has_result_steps_last_observation_and_problems() -> None:
    text = markdown(failed_report())
    lines = text.splitlines()
    assert lines[0] == (
        "## ❌ make test-live: failed after 30.0 s on local (http://127.0.0.1:4566)"
    )
    assert "| deploy | 4.0 | done |" in lines
    assert "| check | 8.0 | failed: after 8 s expected 4 in every layer |" in lines
    assert "terraform apply" not in text, "only the run's own steps"
    assert "### shop/web: **not converged**" in lines
    assert any(line.startswith("| 10.0.8.5 |") and "| missing |" in line for line in lines)
    assert any(line.startswith("- 10.0.8.5: missing in A records") for line in lines)


def test_markup_in_names_and_words_is_none() -> None:
    evil = "<img src=x> | **bold** `code` [link](x)\n# heading"
    report = failed_report(timeline(*step(evil, 0, 1, evil)), title=evil)
    check = replace(report.checks[0], title=evil, problems=(evil,))
    text = markdown(replace(report, failures=(Failure(evil, evil),), checks=(check,)))
    outside = [line for line in text.splitlines() if not line.startswith("    ")]
    assert not any(re.search(r"<img|(?<!\\)[`\[]", line) for line in outside)
    assert not any(line.startswith("# heading") for line in outside)
    (row,) = [line for line in outside if line.startswith("| ") and "failed" in line]
    assert row.replace("\\|", "").count("|") == 4


def test_many_steps_and_many_words_are_cut_and_those_that_failed_stay() -> None:
    events = [event for n in range(100) for event in step(f"test {n}", n, n + 1)]
    report = failed_report(timeline(*events, *step("the last", 100, 101, "it failed")))
    text = markdown(replace(report, failures=(Failure("x", "\n".join("y" * 100)),)))
    assert "the last" in text
    assert f"and {101 - STEPS} steps more" in text
    assert f"... and {100 - LINES} lines more" in text
