# SPDX-License-Identifier: Apache-2.0
"""The check of a service as a table, address by address, in 80 columns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudmap_harness.discovery.check import RegistryCheck, ServiceCheck
from cloudmap_harness.discovery.observation import (
    RUNNING,
    Address,
    ObservedInstance,
    ObservedTask,
    by_number,
)
from cloudmap_harness.discovery.problems import Problem
from cloudmap_harness.discovery.vpc_client import HttpReply
from cloudmap_harness.errors import abridge

ROWS = 20
"""The most addresses that are shown; those that differ come first."""
_ID = 12  # Of an id's characters: as many as Docker shows.
_BAD = "bold red"
_MISSING = Text("missing", _BAD)

Pages = Mapping[Address, HttpReply]

Figures = Mapping[str, Mapping[str, str]]
"""The counts and the verdict of each registry, as the table shows them; see `figures`."""


@dataclass
class _Row:
    """What each layer has of one address, and what the address answered if it was asked."""

    tasks: list[ObservedTask] = field(default_factory=list)
    instances: list[ObservedInstance] = field(default_factory=list)
    published: dict[str, list[tuple[str, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """The identifiers, with their TTLs, by type of record or under "discovered"."""
    page: HttpReply | None = None

    def agrees(self, columns: Iterable[str]) -> bool:
        """Whether one running task is in every layer."""
        running = [task.id for task in self.tasks if task.status == RUNNING]
        layers = [[instance.id for instance in self.instances]]
        layers += [[id_ for id_, _ in self.published[column]] for column in columns]
        answers = self.page is None or self.page.status == HTTPStatus.OK
        return len(running) == 1 and all(ids == running for ids in layers) and answers


def show(
    console: Console,
    title: str,
    check: ServiceCheck,
    more: Sequence[Problem] = (),
    pages: Pages | None = None,
    *,
    rows: bool = True,
    former: Figures | None = None,
) -> None:
    """Prints the counts, the addresses side by side, and a line for each problem and note.

    `more` are the problems that the caller has found. Without `pages` nobody has looked what the
    addresses answer, and there is no column for it. Without `rows` only the counts are shown.
    Under each count that differs from `former` stands what it was.
    """
    problems = [*check.problems, *more]
    now = figures(check, more)
    console.print(title, "", sep="\n", markup=False, highlight=False, soft_wrap=True)
    for registry in check.registries:
        if len(check.registries) > 1:
            console.print(str(registry.registry), markup=False, highlight=False, soft_wrap=True)
        name = str(registry.registry)
        console.print(_counts(now[name], (former or {}).get(name, {})), "", sep="\n")
        if not rows:
            continue
        if registry.seen.tasks or registry.seen.instances or registry.seen.records:
            console.print(_addresses(registry, pages))
    for line in abridge([f"{each}; {each.advice}" for each in problems]):
        _line(console, line)
    for note in check.notes:
        _line(console, note)


def _line(console: Console, text: str) -> None:
    """Prints a line that a search finds whole: the terminal breaks it, and nobody else."""
    console.print(f"  {text}", markup=False, highlight=False, soft_wrap=True)


def figures(check: ServiceCheck, more: Sequence[Problem] = ()) -> dict[str, dict[str, str]]:
    """Returns, by registry, the count of each layer, and the verdict under an empty name."""
    verdict = "not converged" if check.problems or more else "converged"
    found = {}
    for registry in check.registries:
        seen = registry.seen
        counts = {
            "desired": check.desired,
            "running": len(seen.running),
            "instances": len(seen.instances),
        }
        if seen.discovered is not None:
            counts["discovered"] = len(seen.discovered)
        else:
            # With SRV records, the address records are those of its targets.
            counts["records"] = len(seen.targets or seen.records)
        found[str(registry.registry)] = {**{k: str(n) for k, n in counts.items()}, "": verdict}
    return found


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


def _columns(check: RegistryCheck) -> list[str]:
    if check.seen.discovered is not None:
        return ["discovered"]
    return [type_ for type_ in ("A", "AAAA", "SRV") if type_ in check.registry.ttls]


def _rows(check: RegistryCheck, pages: Pages | None) -> dict[Address | None, _Row]:
    seen = check.seen
    rows: dict[Address | None, _Row] = defaultdict(_Row)
    address_of: dict[str, Address | None] = {}
    for instance in seen.instances:
        address_of[instance.id] = next(iter(instance.addresses), None)
        rows[address_of[instance.id]].instances.append(instance)
    for task in seen.tasks:
        # Outside awsvpc a task has no address of its own: it is at that of its instance.
        address = next(iter(task.addresses), address_of.get(task.id))
        rows[address].tasks.append(task)
    for record in seen.records:
        if record.name == check.registry.record_name:
            row = rows[address_of.get(record.set_identifier or "", record.address)]
            row.published[record.type].append((record.set_identifier or "", record.ttl))
    for target in seen.targets:
        id_ = target.set_identifier or ""
        rows[address_of.get(id_)].published["SRV"].append((id_, target.ttl))
    for id_ in sorted(seen.discovered or ()):
        rows[address_of.get(id_)].published["discovered"].append((id_, None))
    for host, page in (pages or {}).items():
        rows[host].page = page
    return rows


def _addresses(check: RegistryCheck, pages: Pages | None) -> Table:
    rows, columns = _rows(check, pages), _columns(check)
    shown = sorted(rows, key=lambda address: (rows[address].agrees(columns), _order(address)))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for column in ("address", "task", "instance"):
        table.add_column(column)
    for column in columns:
        table.add_column(column if column == "discovered" else f"{column} record")
        if column != "discovered":
            table.add_column("TTL", justify="right")
    if pages is not None:
        table.add_column("HTTP")
    for address in sorted(shown[:ROWS], key=_order):
        row = rows[address]
        cells: list[str | Text] = [
            str(address or "none yet"),
            _cell([f"{_short(task.id)} {task.status}" for task in row.tasks]),
            _cell([_short(instance.id) for instance in row.instances]),
        ]
        for column in columns:
            cells.append(_cell([_short(id_) for id_, _ in row.published[column]]))
            if column != "discovered":
                cells.append("\n".join(str(ttl) for _, ttl in row.published[column]))
        table.add_row(*cells if pages is None else [*cells, _answered(row.page)])
    hidden = shown[ROWS:]
    if hidden:
        agree = "that agree" if all(rows[each].agrees(columns) for each in hidden) else ""
        table.caption = f"and {len(hidden)} addresses more {agree}".strip()
        table.caption_justify = "left"
    return table


def _order(address: Address | None) -> tuple[int, int]:
    return by_number(address) if address else (0, 0)


def _answered(page: HttpReply | None) -> Text:
    """The HTTP status, plain when it is 200."""
    if page is None:
        return Text("")
    return Text(str(page.status or "none"), "" if page.status == HTTPStatus.OK else _BAD)


def _cell(lines: list[str]) -> Text:
    return Text("\n".join(lines)) if lines else _MISSING


def _short(identifier: str) -> str:
    return (identifier or "no identifier")[:_ID]
