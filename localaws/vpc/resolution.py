# SPDX-License-Identifier: Apache-2.0
"""What Route 53 answers from private hosted zones. Pure: zones and a question in, records out.

Sources: Route 53 developer guide, "Multivalue answer routing", "Weighted routing" and
"Considerations when working with a private hosted zone".
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dnslib import RCODE, RR, DNSLabel
from moto.route53.models import FakeZone, RecordSet

MAX_MULTIVALUE = 8
"""Records in an answer under MULTIVALUE, at the most."""
MAX_HOPS = 8
"""CNAMEs that are followed within the private zones."""


@dataclass
class Answer:
    """A reply's sections."""

    rcode: int = RCODE.NOERROR
    records: list[RR] = field(default_factory=list)
    authority: list[RR] = field(default_factory=list)
    additional: list[RR] = field(default_factory=list)


def answer(zones: Sequence[FakeZone], name: DNSLabel, type_: str) -> Answer:
    """Answer a question for a name and a type such as `A`.

    REFUSED for a name in none of the zones: the endpoint has no public DNS to ask.
    """
    reply = Answer()
    for _ in range(MAX_HOPS):
        zone = _zone_of(zones, _text(name))
        if zone is None:
            # The target of a CNAME may be public: what we have is the answer then.
            reply.rcode = reply.rcode if reply.records else RCODE.REFUSED
            return reply
        sets = zone.rrsets
        at_name = _at(sets, _text(name))
        if at_name is None:
            reply.rcode = RCODE.NXDOMAIN
            reply.authority = [_negative_soa(zone, sets)]
            return reply
        if wanted := [each for each in at_name if type_ in (each.type, "ANY")]:
            reply.records += _records(name, _chosen(wanted))
            reply.additional = _targets(sets, reply.records)
            return reply
        aliases = [each for each in at_name if each.type == "CNAME"]
        if not aliases:
            reply.authority = [_negative_soa(zone, sets)]
            return reply
        reply.records += _records(name, _chosen(aliases))
        name = reply.records[-1].rdata.label
    return reply


def _text(name: DNSLabel) -> str:
    return str(name).rstrip(".").lower()


def _zone_of(zones: Iterable[FakeZone], name: str) -> FakeZone | None:
    """The most specific zone that the name is in."""
    within = [zone for zone in zones if _is_within(name, zone.name)]
    return max(within, key=lambda zone: len(zone.name), default=None)


def _is_within(name: str, domain: str) -> bool:
    return f".{name}".endswith(f".{domain.rstrip('.').lower()}")


def _at(sets: Iterable[RecordSet], name: str) -> list[RecordSet] | None:
    """The record sets of a name: none when only names below it exist, None when it does not.

    A wildcard stands in for a name that does not exist.
    """
    by_name: dict[str, list[RecordSet]] = {}
    for each in sets:
        owner = each.name.rstrip(".").lower().replace("\\052", "*")
        by_name.setdefault(owner, []).append(each)
    if name in by_name:
        return by_name[name]
    if any(owner.endswith(f".{name}") for owner in by_name):
        return []
    labels = name.split(".")
    for start in range(1, len(labels)):
        parent = ".".join(labels[start:])
        if f"*.{parent}" in by_name:
            return by_name[f"*.{parent}"]
        if parent in by_name:
            return None
    return None


def _chosen(sets: list[RecordSet]) -> list[RecordSet]:
    """What the routing policy picks; from the healthy ones, or from all when none is healthy."""
    healthy = [each for each in sets if getattr(each, "healthy", True)]
    pool = healthy or sets
    if any(each.multi_value_answer for each in sets):
        return random.sample(pool, min(MAX_MULTIVALUE, len(pool)))
    if any(each.weight is not None for each in sets):
        weights = [int(each.weight or 0) for each in pool]
        return random.choices(pool, weights if any(weights) else None)
    return pool


def _records(name: DNSLabel, sets: Iterable[RecordSet]) -> list[RR]:
    """The sets' records, owned by the name as it was asked for: a client may check its case."""
    records: list[RR] = []
    for each in sets:
        values = [*(each.records or [])]
        random.shuffle(values)
        for value in values:
            # moto keeps the SOA that it gives a new zone in the form of a reply.
            text = value["Value"] if isinstance(value, dict) else value
            (record,) = RR.fromZone(f". {each.ttl} IN {each.type} {text}")
            record.rname = name
            records.append(record)
    return records


def _targets(sets: Sequence[RecordSet], records: Iterable[RR]) -> list[RR]:
    """The addresses of SRV records' targets, which the client asks for next."""
    found: list[RR] = []
    for record in records:
        if hasattr(record.rdata, "target"):
            at_target = _at(sets, _text(record.rdata.target)) or []
            addresses = [each for each in at_target if each.type in ("A", "AAAA")]
            found += _records(record.rdata.target, addresses)
    return found


def _negative_soa(zone: FakeZone, sets: Iterable[RecordSet]) -> RR:
    """The zone's SOA, with the time for which a client may remember that there is nothing."""
    soa = next(each for each in sets if each.type == "SOA")
    (record,) = _records(DNSLabel(zone.name), [soa])
    minimum = record.rdata.times[-1]
    record.ttl = min(record.ttl, minimum)
    return record
