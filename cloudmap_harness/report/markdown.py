# SPDX-License-Identifier: Apache-2.0
"""The report's short summary in Markdown, for a CI's page of the run."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from cloudmap_harness.discovery.summary import AddressTable, CheckSummary
from cloudmap_harness.report.report import Outcome, Report, result

STEPS = 40
"""The most steps of the run that are listed: those that failed first."""
LINES = 30
"""The most lines of a failure's words."""
_SIGNS = {Outcome.PASSED: "✅", Outcome.FAILED: "❌", Outcome.INTERRUPTED: "⏹️"}
_SPECIAL = re.compile(r"([\\`*_\[\]#|~])")


def markdown(report: Report) -> str:
    """Returns the summary: result, steps, the last observation, problems. All text is escaped."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    place = f" on {text(report.place)}" if report.place else ""
    sign = _SIGNS[report.outcome]
    yield f"## {sign} {text(report.title)}: {report.outcome} after {report.seconds:.1f} s{place}"
    yield ""
    for failure in report.failures:
        yield f"**{text(failure.name)}**"
        yield ""
        words = failure.words.strip().splitlines()
        more = [f"... and {len(words) - LINES} lines more"] if len(words) > LINES else []
        # Indented as code: nothing in it is Markdown or HTML.
        yield from (f"    {line}" for line in [*words[:LINES], *more])
        yield ""
    own = [step for step in report.steps if step.depth == 0]
    if own:
        yield from _steps(report)
    for check in report.checks:
        yield from _check(check)
    for gap in report.gaps:
        yield f"Not recorded: {text(gap)}"
        yield ""


def _steps(report: Report) -> Iterator[str]:
    own = [step for step in report.steps if step.depth == 0]
    # The order stays; of many, those that did not end well are kept.
    ranked = sorted(range(len(own)), key=lambda n: (own[n].what == "ended", n))[:STEPS]
    yield from _table(
        ("step", "seconds", "result"),
        [
            (
                own[n].name,
                "" if own[n].seconds is None else f"{own[n].seconds:.1f}",
                result(own[n]),
            )
            for n in sorted(ranked)
        ],
    )
    if len(own) > STEPS:
        yield f"and {len(own) - STEPS} steps more"
        yield ""


def _check(check: CheckSummary) -> Iterator[str]:
    verdict = "converged" if check.converged else "**not converged**"
    yield f"### {text(check.title)}: {verdict}"
    yield ""
    for registry in check.registries:
        counts = ", ".join(f"{layer} {count}" for layer, count in registry.counts)
        yield f"{text(registry.name)}: {counts}"
        yield ""
        if registry.addresses is not None:
            yield from _addresses(registry.addresses)
    for problem in check.problems:
        yield f"- {text(problem)}"
    if check.problems:
        yield ""


def _addresses(addresses: AddressTable) -> Iterator[str]:
    rows = [[" ".join(cell.lines) for cell in row] for row in addresses.rows]
    yield from _table(addresses.columns, rows)
    if addresses.caption:
        yield text(addresses.caption)
        yield ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(text, columns))} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(text, row))} |"
    yield ""


def text(words: str) -> str:
    """Returns words of which Markdown and HTML make nothing, on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(words.split()), quote=False))
