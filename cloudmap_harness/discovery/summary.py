# SPDX-License-Identifier: Apache-2.0
"""A check as words and cells, ready to be printed: in the terminal, as HTML, as Markdown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

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
MISSING = "missing"
"""What a cell says of a layer that does not have the address."""
_ID = 12  # Of an id's characters: as many as Docker shows.

Pages = Mapping[Address, HttpReply]


@dataclass(frozen=True)
class Cell:
    """A cell of the table; a `bad` one is why the row does not agree."""

    lines: tuple[str, ...]
    bad: bool = False


@dataclass(frozen=True)
class AddressTable:
    """The addresses side by side in every layer."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    """How many addresses are left out; empty when all are there."""


@dataclass(frozen=True)
class RegistrySummary:
    """What one registry has."""

    name: str
    counts: tuple[tuple[str, int], ...]
    """How many there are in each layer, by the layer's name."""
    addresses: AddressTable | None
    """None when there is no address in any layer."""


@dataclass(frozen=True)
class CheckSummary:
    """One service: its registries, a line for each problem with its advice, and the notes."""

    title: str
    converged: bool
    registries: tuple[RegistrySummary, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "CheckSummary":
        """Returns the value of which `dataclasses.asdict` made that."""
        return cls(
            value["title"],
            value["converged"],
            tuple(_registry_from_json(each) for each in value["registries"]),
            tuple(value["problems"]),
            tuple(value["notes"]),
        )


def summarize(
    title: str,
    check: ServiceCheck,
    more: Sequence[Problem] = (),
    pages: Pages | None = None,
    *,
    abridged: bool = True,
) -> CheckSummary:
    """Returns the words of a check.

    `more` are the problems that the caller has found. Without `pages` nobody has looked what the
    addresses answer, and there is no column for it. `abridged`, many problems are 20 and a number.
    """
    problems = [*check.problems, *more]
    lines = [f"{each}; {each.advice}" for each in problems]
    return CheckSummary(
        title=title,
        converged=not problems,
        registries=tuple(
            RegistrySummary(
                str(each.registry),
                tuple(_counts(each).items()),
                _addresses(each, pages)
                if each.seen.tasks or each.seen.instances or each.seen.records
                else None,
            )
            for each in check.registries
        ),
        problems=tuple(abridge(lines) if abridged else lines),
        notes=check.notes,
    )


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


def _counts(registry: RegistryCheck) -> dict[str, int]:
    seen = registry.seen
    counts = {
        "desired": registry.desired,
        "running": len(seen.running),
        "instances": len(seen.instances),
    }
    if seen.discovered is not None:
        counts["discovered"] = len(seen.discovered)
    else:
        # With SRV records, the address records are those of its targets.
        counts["records"] = len(seen.targets or seen.records)
    return counts


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


def _addresses(check: RegistryCheck, pages: Pages | None) -> AddressTable:
    rows, columns = _rows(check, pages), _columns(check)
    shown = sorted(rows, key=lambda address: (rows[address].agrees(columns), _order(address)))
    headers = ["address", "task", "instance"]
    for column in columns:
        headers += [column] if column == "discovered" else [f"{column} record", "TTL"]
    if pages is not None:
        headers.append("HTTP")
    cells: list[tuple[Cell, ...]] = []
    for address in sorted(shown[:ROWS], key=_order):
        row = rows[address]
        line = [
            Cell((str(address or "none yet"),)),
            _cell([f"{_short(task.id)} {task.status}" for task in row.tasks]),
            _cell([_short(instance.id) for instance in row.instances]),
        ]
        for column in columns:
            line.append(_cell([_short(id_) for id_, _ in row.published[column]]))
            if column != "discovered":
                line.append(Cell(tuple(str(ttl) for _, ttl in row.published[column])))
        cells.append(tuple(line if pages is None else [*line, _answered(row.page)]))
    hidden = shown[ROWS:]
    caption = ""
    if hidden:
        agree = "that agree" if all(rows[each].agrees(columns) for each in hidden) else ""
        caption = f"and {len(hidden)} addresses more {agree}".strip()
    return AddressTable(tuple(headers), tuple(cells), caption)


def _order(address: Address | None) -> tuple[int, int]:
    return by_number(address) if address else (0, 0)


def _answered(page: HttpReply | None) -> Cell:
    """The HTTP status, plain when it is 200."""
    if page is None:
        return Cell(("",))
    return Cell((str(page.status or "none"),), bad=page.status != HTTPStatus.OK)


def _cell(lines: list[str]) -> Cell:
    return Cell(tuple(lines)) if lines else Cell((MISSING,), bad=True)


def _short(identifier: str) -> str:
    return (identifier or "no identifier")[:_ID]


def _registry_from_json(value: Mapping[str, Any]) -> RegistrySummary:
    table = value["addresses"]
    addresses = table and AddressTable(
        tuple(table["columns"]),
        tuple(
            tuple(Cell(tuple(cell["lines"]), cell["bad"]) for cell in row) for row in table["rows"]
        ),
        table["caption"],
    )
    counts = tuple((layer, count) for layer, count in value["counts"])
    return RegistrySummary(value["name"], counts, addresses)
