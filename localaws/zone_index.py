# SPDX-License-Identifier: Apache-2.0
"""A hosted zone's record sets by name: an immutable value that each change replaces.

A reader that has taken an index sees one state of the zone, without a lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Protocol

from localaws.dns_records import DnsRecordSet


@dataclass(frozen=True, slots=True)
class RecordGroup:
    """The record sets of one name and type, among which the routing policy chooses."""

    members: tuple[DnsRecordSet, ...]
    eligible: tuple[DnsRecordSet, ...]
    """Those that may be answered, by their health and by the routing policy failover."""
    is_multivalue: bool
    cumulative_weights: tuple[int, ...] | None
    """Of the eligible members; None unless the routing policy is WEIGHTED."""

    @classmethod
    def of(cls, members: tuple[DnsRecordSet, ...]) -> RecordGroup:
        """Prepares what each answer needs, so that no answer reads all members."""
        eligible = _eligible(members)
        return cls(
            members=members,
            eligible=eligible,
            is_multivalue=any(each.multi_value_answer for each in members),
            cumulative_weights=_cumulative_weights(eligible),
        )


def _eligible(members: tuple[DnsRecordSet, ...]) -> tuple[DnsRecordSet, ...]:
    """The healthy members, or all when none is healthy; under failover the primary among them.

    So the primary is answered too when the secondary is no healthier [developer guide, "How Amazon
    Route 53 chooses records when health checking is configured"].
    """
    eligible = tuple([each for each in members if each.healthy]) or members
    # All record sets of a name and type have one routing policy.
    if members[0].failover is None:
        return eligible
    return tuple([each for each in eligible if each.failover == "PRIMARY"]) or eligible


def _cumulative_weights(members: tuple[DnsRecordSet, ...]) -> tuple[int, ...] | None:
    """Members whose weights are all 0 have equal chances [developer guide, "Weighted routing"]."""
    if all(each.weight is None for each in members):
        return None
    weights = [each.weight or 0 for each in members]
    return tuple(accumulate(weights if any(weights) else [1] * len(weights)))


Groups = Mapping[str, RecordGroup]
"""The record groups of a name, by record type."""

NO_RECORDS: Groups = {}


@dataclass(frozen=True, slots=True)
class ZoneIndex:
    """The record sets of a zone by name. Names are lower case without the final dot."""

    _groups: Mapping[str, Groups] = field(default_factory=dict)
    """By each name that has records."""
    _names_below: Mapping[str, int] = field(default_factory=dict)
    """How many names with records are below a name."""

    def at(self, name: str) -> Groups | None:
        """The groups of a name: empty when only names below it have records, None for no name.

        A wildcard answers for a name that does not exist.
        """
        if (groups := self._groups.get(name)) is not None:
            return groups
        if name in self._names_below:
            return NO_RECORDS
        for parent in parents(name):
            if (groups := self._groups.get(f"*.{parent}")) is not None:
                return groups
            if parent in self._groups:
                return None
        return None

    def changed(
        self, *, removed: Iterable[DnsRecordSet] = (), added: Iterable[DnsRecordSet] = ()
    ) -> ZoneIndex:
        """Returns an index without some of these record sets and with others."""
        gone, new = _by_name_and_type(removed), _by_name_and_type(added)
        groups, names_below = {**self._groups}, {**self._names_below}
        for name, type_ in {**gone, **new}:
            of_name = {**groups.get(name, NO_RECORDS)}
            members = of_name[type_].members if type_ in of_name else ()
            if leaving := {id(each) for each in gone.get((name, type_), ())}:
                members = tuple([each for each in members if id(each) not in leaving])
            members = (*members, *new.get((name, type_), ()))
            if members:
                of_name[type_] = RecordGroup.of(members)
            else:
                of_name.pop(type_, None)
            existed = name in groups
            if of_name:
                groups[name] = of_name
            else:
                groups.pop(name, None)
            if bool(of_name) is not existed:
                for parent in parents(name):
                    names_below[parent] = names_below.get(parent, 0) + (-1 if existed else 1)
        return ZoneIndex(groups, {name: count for name, count in names_below.items() if count})


class IndexedZone(Protocol):
    """A hosted zone that publishes an index of its record sets."""

    name: str
    resource_id: str
    index: ZoneIndex


def canonical(name: str) -> str:
    """A name as an index has it. Route 53 may write an asterisk as its octal code."""
    return lower_case(name.rstrip(".")).replace("\\052", "*")


def lower_case(name: str) -> str:
    """A name as Route 53 keeps and shows it [developer guide, "DNS domain name format"]."""
    return name.lower()


def parents(name: str) -> Iterator[str]:
    """The names above a name, the nearest first."""
    while "." in name:
        name = name.split(".", 1)[1]
        yield name


def _by_name_and_type(
    record_sets: Iterable[DnsRecordSet],
) -> dict[tuple[str, str], list[DnsRecordSet]]:
    found: dict[tuple[str, str], list[DnsRecordSet]] = defaultdict(list)
    for each in record_sets:
        found[canonical(each.name), each.type].append(each)
    return found
