# SPDX-License-Identifier: Apache-2.0
"""What Route 53 answers from private hosted zones. Pure: zones and a question in, records out.

Sources: Route 53 developer guide, "Multivalue answer routing", "Weighted routing",
"Choosing between alias and non-alias records" and "Considerations when working with a private
hosted zone".
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
"""How many CNAMEs are followed within the private zones, and how many aliases one after another."""


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
    outside: str | None = None
    """The name in none of the private zones to which an alias or a CNAME leads."""


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
            reply.outside = text if reply.records else None
            return reply
        index = zone.index
        groups = index.at(text)
        if groups is None:
            reply.rcode = RCODE.NXDOMAIN
            reply.authority = _negative_soa(zone.name, index)
            return reply
        if chosen := _chosen(zone, groups, type_, reply):
            reply.records += _records(name, chosen)
            reply.additional = _targets(zone, reply.records)
            return reply
        cnames = _records(name, _chosen(zone, groups, "CNAME", reply))
        if not cnames:
            reply.authority = _negative_soa(zone.name, index)
            return reply
        reply.records += cnames
        name = cnames[-1].rdata.label
    return reply


def zone_of(zones: Zones, name: str) -> IndexedZone | None:
    """The most specific zone that the name is in."""
    return next((zones[each] for each in chain([name], parents(name)) if each in zones), None)


def group_behind(zone: IndexedZone, name: str, type_: str) -> RecordGroup | None:
    """The record sets from which a name is answered: those that an alias leads to, if it is one."""
    group = (zone.index.at(canonical(name)) or {}).get(type_)
    for _ in range(MAX_HOPS):
        if group is None or group.eligible[0].alias is None:
            return group
        group = _behind(zone, group.eligible[0])
    return None


def _chosen(zone: IndexedZone, groups: Groups, type_: str, reply: Answer) -> Sequence[DnsRecordSet]:
    """The record sets that answer a type; tells the reply when an alias leads out of the zones."""
    if type_ == "ANY":
        return [each for type_ in groups for each in _chosen(zone, groups, type_, reply)]
    group = groups.get(type_)
    for _ in range(MAX_HOPS):
        if group is None:
            break
        routed = _routed(group)
        alias = routed[0].alias
        if alias is None:
            return routed
        if alias.zone_id != zone.resource_id:
            reply.outside = canonical(alias.name)
        group = _behind(zone, routed[0])
    return ()


def _behind(zone: IndexedZone, record_set: DnsRecordSet) -> RecordGroup | None:
    """What an alias stands for: records of its own type in its own zone [AliasTarget]."""
    alias = record_set.alias
    if alias is None or alias.zone_id != zone.resource_id:
        return None
    return (zone.index.at(canonical(alias.name)) or {}).get(record_set.type)


def _routed(group: RecordGroup) -> Sequence[DnsRecordSet]:
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


def _targets(zone: IndexedZone, records: Iterable[Record]) -> list[Record]:
    """The addresses of SRV records' targets, which the client asks for next."""
    found: list[Record] = []
    for record in records:
        if hasattr(record.rdata, "target"):
            host = record.rdata.target
            for type_ in ("A", "AAAA"):
                if group := group_behind(zone, str(host), type_):
                    found += _records(host, group.members)
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
