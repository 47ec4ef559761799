# SPDX-License-Identifier: Apache-2.0
"""The figures as tables: in 80 columns of a terminal, and in Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from handson.lesson.figures import Count, Figures, Row
from handson.lesson.plan import PHASES


def show(console: Console, figures: Figures) -> None:
    """Prints a row for each client of each service."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("service", "client", *PHASES):
        table.add_column(heading, no_wrap=True)
    for service, group in groupby(figures.rows, key=lambda row: row.service):
        for number, row in enumerate(group):
            name = service if number == 0 else ""
            table.add_row(name, row.client, *(_cell(row.counts.get(phase)) for phase in PHASES))
        table.add_section()
    console.print(table)


def _cell(count: Count | None) -> Text:
    if count is None:
        return Text()
    return Text(str(count), "bold red" if count.failed else "")


def markdown(rows: Iterable[Row], phases: Sequence[str]) -> Iterator[str]:
    """Yields the lines of a table: a row for each client of each service."""
    yield f"| service | client | {' | '.join(phases)} |"
    yield f"|{'---|' * (len(phases) + 2)}"
    for row in rows:
        cells = " | ".join(str(row.counts[phase]) for phase in phases)
        yield f"| `{row.service}` | {row.client} | {cells} |"
