# SPDX-License-Identifier: Apache-2.0
"""The part of docs/ttl.md that is generated: the figures of a run, between two markers."""

from collections.abc import Iterator

from handson.errors import HandsonError
from handson.lesson.behaviours import BEHAVIOURS
from handson.lesson.calls import Outcome
from handson.lesson.figures import Figures
from handson.lesson.plan import EMPTY, PHASES, UP_AGAIN
from handson.lesson.table import markdown

BEGIN = "<!-- Written by make lesson DOCS=1 -->"
END = "<!-- End of what make lesson writes -->"
PICTURES = "lesson"
"""The folder of the pictures, beside the page."""


def with_figures(page: str, figures: Figures) -> str:
    """Returns the page with these figures between its markers. Raises HandsonError without them."""
    before, begin, rest = page.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(f"{END}\n")
    if not begin or not end:
        raise HandsonError(f"the page has no lines {BEGIN} and {END}, between which the figures go")
    return before + begin + "\n".join(section(figures)) + "\n" + end + after


def section(figures: Figures) -> Iterator[str]:
    """Yields the lines of the generated part."""
    filled = [row for row in figures.rows if row.service != EMPTY]
    empty = [row for row in figures.rows if row.service == EMPTY]
    services = list(dict.fromkeys(row.service for row in filled))
    yield ""
    yield f"One second of the run stood for {figures.factor:g} s on AWS."
    yield f"Each client made a call every {figures.interval:g} s."
    yield f'"No such name" could be kept for {figures.negative} s.'
    yield ""
    yield "| client | what it does |"
    yield "|---|---|"
    for behaviour in BEHAVIOURS:
        yield f"| {behaviour.name} | {behaviour.does} |"
    yield ""
    yield from markdown(filled, PHASES)
    yield ""
    yield "The service that had no task when its clients first asked for it:"
    yield ""
    yield from markdown(empty, (UP_AGAIN,))
    yield ""
    total = sum(figures.outcomes().values())
    yield f"Of the {total} calls that failed:"
    yield ""
    for outcome, meaning in _MEANINGS.items():
        yield f"- {figures.outcomes().get(outcome, 0)} {meaning}"
    yield ""
    for service in (*services, EMPTY):
        yield f"![The calls of each client of {service}]({PICTURES}/{service}.svg)"
        yield ""


_MEANINGS = {
    Outcome.REFUSED: "were refused: the task was stopping, or was registered and not RUNNING yet;",
    Outcome.NOBODY: "went to an address that nobody has; on AWS such a call times out;",
    Outcome.STRANGER: "were answered by a task of another service, which has the address now;",
    Outcome.BROKEN: "were broken off in the middle;",
    Outcome.NO_NAME: 'were not made, as the client still knew "no such name".',
}
