# SPDX-License-Identifier: Apache-2.0
"""The check of a service as a table, address by address, in 80 columns."""

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.problems import Problem
from cloudmap_harness.discovery.summary import (
    AddressTable,
    CheckSummary,
    Pages,
    summarize,
)

_BAD = "bold red"

Figures = Mapping[str, Mapping[str, str]]
"""The counts and the verdict of each registry, as the table shows them; see `figures`."""


def show(
    console: Console,
    title: str,
    check: ServiceCheck,
    more: Sequence[Problem] = (),
    pages: Pages | None = None,
    *,
    rows: bool = True,
    former: Figures | None = None,
    abridged: bool = True,
) -> None:
    """Prints the counts, the addresses side by side, and a line for each problem and note.

    `more` are the problems that the caller has found. Without `pages` nobody has looked what the
    addresses answer, and there is no column for it. Without `rows` only the counts are shown.
    Under each count that differs from `former` stands what it was. Many problems are `abridged`.
    """
    summary = summarize(title, check, more, pages, abridged=abridged)
    now = _figures(summary)
    console.print(title, "", sep="\n", markup=False, highlight=False, soft_wrap=True)
    for registry in summary.registries:
        if len(summary.registries) > 1:
            console.print(registry.name, markup=False, highlight=False, soft_wrap=True)
        was = (former or {}).get(registry.name, {})
        console.print(_counts(now[registry.name], was), "", sep="\n")
        if rows and registry.addresses is not None:
            console.print(_addresses(registry.addresses))
    for line in (*summary.problems, *summary.notes):
        _line(console, line)


def _line(console: Console, text: str) -> None:
    """Prints a line that a search finds whole: the terminal breaks it, and nobody else."""
    console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)


def figures(check: ServiceCheck, more: Sequence[Problem] = ()) -> dict[str, dict[str, str]]:
    """Returns, by registry, the count of each layer, and the verdict under an empty name."""
    return _figures(summarize("", check, more))


def _figures(summary: CheckSummary) -> dict[str, dict[str, str]]:
    verdict = "converged" if summary.converged else "not converged"
    return {
        registry.name: {**{layer: str(count) for layer, count in registry.counts}, "": verdict}
        for registry in summary.registries
    }


def _counts(now: Mapping[str, str], former: Mapping[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for layer in now:
        table.add_column(layer, justify="right" if layer else "left")
    verdict = Text(now[""], "bold green" if now[""] == "converged" else _BAD)
    table.add_row(*(value for layer, value in now.items() if layer), verdict)
    was = [
        f"was {former[each]}" if former.get(each, now[each]) != now[each] else "" for each in now
    ]
    if any(was):
        table.add_row(*(Text(each, "yellow") for each in was))
    return table


def _addresses(addresses: AddressTable) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    # In a narrow terminal an id may be cut: what is left still tells tasks apart. Half an address
    # is none.
    longest = max((len(line) for row in addresses.rows for line in row[0].lines), default=0)
    first, *others = addresses.columns
    table.add_column(first, no_wrap=True, min_width=longest)
    for column in others:
        table.add_column(column, justify="right" if column == "TTL" else "left")
    for row in addresses.rows:
        table.add_row(*(Text("\n".join(cell.lines), _BAD if cell.bad else "") for cell in row))
    if addresses.caption:
        table.caption = addresses.caption
        table.caption_justify = "left"
    return table
