# SPDX-License-Identifier: Apache-2.0
"""What Route 53 answers from private hosted zones. Pure: zones and a question in, records out.

Sources: Route 53 developer guide, "Multivalue answer routing", "Weighted routing" and
"Considerations when working with a private hosted zone".
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from dnslib import QTYPE, RCODE, RD, RR, DNSBuffer, DNSLabel

from localaws.dns_records import DnsRecordSet, RecordData
from localaws.zone_index import Groups, IndexedZone, RecordGroup, ZoneIndex, canonical, parents

Zones = Mapping[str, IndexedZone]
"""The private hosted zones of a VPC, by name."""

MAX_MULTIVALUE = 8
"""The most records in an answer under MULTIVALUE."""
MAX_NEGATIVE_SECONDS = 300
"""How long a negative answer lives at the most behind a VPC's resolver, whose zones' SOA has 900
[AWS's staff in aws/aws-app-mesh-roadmap, issues 151 and 221]."""
MAX_HOPS = 8
"""How many CNAMEs are followed within the private zones."""


class Record(Protocol):
    """A resource record of an answer: dnslib's RR or a PackedRecord."""

    @property
    def rname(self) -> DNSLabel: ...
    @property
    def rtype(self) -> int: ...
    @property
    def rdata(self) -> RD: ...
    def pack(self, buffer: DNSBuffer) -> None: ...


class PackedRecord(NamedTuple):
    """A resource record of which only the owner is yet to be packed.

    Making and packing eight RRs would take longer than all the rest of an answer.
    """

    rname: DNSLabel
    rtype: int
    rdata: RD
    packed: bytes

    def pack(self, buffer: DNSBuffer) -> None:
        """Appends the record to a reply."""
        buffer.encode_name(self.rname)
        buffer.append(self.packed)


@dataclass(slots=True)
class Answer:
    """A reply's sections."""

    rcode: int = RCODE.NOERROR
    records: list[Record] = field(default_factory=list)
    authority: list[Record] = field(default_factory=list)
    additional: list[Record] = field(default_factory=list)


class Asked(Protocol):
    """The VPC whose resolver was asked."""

    @property
    def account_id(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def vpc_id(self) -> str | None: ...


def answer_told(vpc: Asked, name: DNSLabel, type_: str, found: Answer) -> dict[str, object]:
    """Returns an answer as the timeline names it; see docs/timeline.md."""
    return {
        "account": vpc.account_id,
        "region": vpc.region,
        "vpc": vpc.vpc_id,
        "name": str(name).rstrip("."),
        "type": type_,
        "status": RCODE.get(found.rcode),
        "values": [str(record.rdata) for record in found.records],
    }


def answer(zones: Zones, name: DNSLabel, type_: str) -> Answer:
    """Answers a question for a name and a type such as `A`.

    REFUSED for a name in none of the zones: the endpoint has no public DNS to ask.
    """
    reply = Answer()
    for _ in range(MAX_HOPS):
        text = canonical(str(name))
        zone = zone_of(zones, text)
        if zone is None:
            # The target of a CNAME may be public: the records so far are the answer then.
            reply.rcode = reply.rcode if reply.records else RCODE.REFUSED
            return reply
        index = zone.index
        groups = index.at(text)
        if groups is None:
            reply.rcode = RCODE.NXDOMAIN
            reply.authority = _negative_soa(zone.name, index)
            return reply
        if wanted := _group(groups, type_):
            reply.records += _records(name, _chosen(wanted))
            reply.additional = _targets(index, reply.records)
            return reply
        aliases = _records(name, _chosen(groups["CNAME"])) if "CNAME" in groups else []
        if not aliases:
            reply.authority = _negative_soa(zone.name, index)
            return reply
        reply.records += aliases
        name = aliases[-1].rdata.label
    return reply


def zone_of(zones: Zones, name: str) -> IndexedZone | None:
    """The most specific zone that the name is in."""
    return next((zones[each] for each in chain([name], parents(name)) if each in zones), None)


def _group(groups: Groups, type_: str) -> RecordGroup | None:
    if type_ != "ANY":
        return groups.get(type_)
    members = tuple(each for group in groups.values() for each in group.members)
    return RecordGroup.of(members) if members else None


def _chosen(group: RecordGroup) -> Sequence[DnsRecordSet]:
    """What the routing policy chooses."""
    if group.is_multivalue:
        return random.sample(group.eligible, min(MAX_MULTIVALUE, len(group.eligible)))
    if group.cumulative_weights:
        return random.choices(group.eligible, cum_weights=group.cumulative_weights)
    return group.eligible


def _records(name: DNSLabel, record_sets: Iterable[DnsRecordSet]) -> list[Record]:
    """The records, owned by the name as it was asked for: a client may check its case."""
    return [
        RR(name, data.rtype, ttl=each.ttl, rdata=data.rdata)
        if data.packed is None
        else PackedRecord(name, data.rtype, data.rdata, data.packed)
        for each in record_sets
        for data in _shuffled(each.data)
    ]


def _shuffled(data: tuple[RecordData, ...]) -> Sequence[RecordData]:
    return data if len(data) == 1 else random.sample(data, len(data))


def _targets(index: ZoneIndex, records: Iterable[Record]) -> list[Record]:
    """The addresses of SRV records' targets, which the client asks for next."""
    found: list[Record] = []
    for record in records:
        if hasattr(record.rdata, "target"):
            groups = index.at(canonical(str(record.rdata.target))) or {}
            for type_ in ("A", "AAAA"):
                if type_ in groups:
                    found += _records(record.rdata.target, groups[type_].members)
    return found


def _negative_soa(zone_name: str, index: ZoneIndex) -> list[Record]:
    """The zone's SOA, with the time for which a client may remember that there is nothing."""
    groups = index.at(canonical(zone_name)) or {}
    return [
        RR(
            zone_name,
            QTYPE.SOA,
            ttl=min(each.ttl, data.rdata.times[-1], MAX_NEGATIVE_SECONDS),
            rdata=data.rdata,
        )
        for each in (groups["SOA"].members[:1] if "SOA" in groups else ())
        for data in each.data
    ]
