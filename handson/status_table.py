# SPDX-License-Identifier: Apache-2.0
"""A deployment's three layers and what answers, as a table, address by address, in 80 columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudmap_harness.discovery.probes import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.vpc_client import HttpReply

ROWS = 20
"""The most addresses that are shown; those that differ come first."""
_ID = 12  # Of an id's characters: as many as Docker shows.
_BAD = "bold red"
_MISSING = Text("missing", _BAD)


@dataclass
class _Row:
    """What each layer has of one address, and what the address answered if it was asked."""

    tasks: list[ObservedTask] = field(default_factory=list)
    instances: list[ObservedInstance] = field(default_factory=list)
    records: list[ObservedRecord] = field(default_factory=list)
    page: HttpReply | None = None

    @property
    def agrees(self) -> bool:
        running = [task.id for task in self.tasks if task.status == "RUNNING"]
        instances = [instance.id for instance in self.instances]
        records = [record.set_identifier for record in self.records]
        answers = self.page is None or self.page.status == HTTPStatus.OK
        return len(running) == 1 and running == instances == records and answers


def show(
    console: Console,
    title: str,
    desired: int,
    seen: Observation,
    problems: Sequence[str],
    pages: Mapping[IPv4Address, HttpReply] | None = None,
) -> None:
    """Prints the counts, the addresses side by side, and the problems if there are any.

    Without `pages` nobody has looked what the addresses answer, and there is no column for it.
    """
    counts = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for layer in ("desired", "running", "instances", "records", ""):
        counts.add_column(layer, justify="right" if layer else "left")
    values = (desired, len(seen.running), len(seen.instances), len(seen.records))
    verdict = Text("not converged", _BAD) if problems else Text("converged", "bold green")
    counts.add_row(*map(str, values), verdict)
    console.print(title, "", counts, "", sep="\n", markup=False, highlight=False, soft_wrap=True)
    if seen.tasks or seen.instances or seen.records:
        console.print(_addresses(seen, pages))
    for line in problems:
        console.print(f"  {line}", markup=False, highlight=False)


def _addresses(seen: Observation, pages: Mapping[IPv4Address, HttpReply] | None) -> Table:
    rows: dict[IPv4Address | None, _Row] = defaultdict(_Row)
    for task in seen.tasks:
        rows[task.address].tasks.append(task)
    for instance in seen.instances:
        rows[instance.address].instances.append(instance)
    for record in seen.records:
        rows[record.address].records.append(record)
    for host, page in (pages or {}).items():
        rows[host].page = page
    shown = sorted(rows, key=lambda address: (rows[address].agrees, int(address or 0)))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    columns = ["address", "task", "instance", "A record", "TTL"]
    for column in columns if pages is None else [*columns, "HTTP"]:
        table.add_column(column, justify="right" if column == "TTL" else "left")
    for address in sorted(shown[:ROWS], key=lambda address: int(address or 0)):
        row = rows[address]
        cells: list[str | Text] = [
            str(address or "none yet"),
            _cell([f"{_short(task.id)} {task.status}" for task in row.tasks]),
            _cell([_short(instance.id) for instance in row.instances]),
            _cell([_short(record.set_identifier) for record in row.records]),
            "\n".join(str(record.ttl) for record in row.records),
        ]
        table.add_row(*cells if pages is None else [*cells, _answered(row.page)])
    hidden = shown[ROWS:]
    if hidden:
        agree = "that agree" if all(rows[address].agrees for address in hidden) else ""
        table.caption = f"and {len(hidden)} addresses more {agree}".strip()
        table.caption_justify = "left"
    return table


def _answered(page: HttpReply | None) -> Text:
    """The HTTP status, plain when it is 200."""
    if page is None:
        return Text("")
    return Text(str(page.status or "none"), "" if page.status == HTTPStatus.OK else _BAD)


def _cell(lines: list[str]) -> Text:
    return Text("\n".join(lines)) if lines else _MISSING


def _short(identifier: str | None) -> str:
    return (identifier or "no identifier")[:_ID]
