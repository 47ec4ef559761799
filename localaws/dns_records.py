# SPDX-License-Identifier: Apache-2.0
"""A DNS record set as one immutable value: what Route 53 lists and what the VPC's resolver answers.

Cloud Map makes them from instances, `of_moto` from the record sets that users write.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dnslib import RD, RR, DNSBuffer
from moto.route53.models import RecordSet

LOG = logging.getLogger(__name__)


class RecordData(NamedTuple):
    """One value of a record set as it goes over the wire, prepared for every answer that has it."""

    rtype: int
    """The number of the type."""
    rdata: RD
    packed: bytes | None
    """Type, class, TTL and RDATA as bytes, which follow the owner's name in a reply.

    None for RDATA with names that a reply may shorten to pointers, which differ from reply to
    reply [RFC 1035, section 4.1.4].
    """


class Alias(NamedTuple):
    """The name whose records a record set stands for: the API's AliasTarget."""

    zone_id: str
    """The hosted zone that the name is in; for a load balancer's name, a zone of AWS's own."""
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsRecordSet:
    """A resource record set.

    The attributes have the names of the API's members, by which moto's serializer lists them.
    """

    name: str
    type: str
    ttl: int
    values: tuple[str, ...]
    """In the presentation format of a zone file, as Route 53 takes and lists them."""
    set_identifier: str | None = None
    weight: int | None = None
    """Set under the routing policy WEIGHTED."""
    multi_value_answer: bool | None = None
    """True under the routing policy MULTIVALUE."""
    failover: str | None = None
    """PRIMARY or SECONDARY under the routing policy failover."""
    alias: Alias | None = None
    """Set in the place of the TTL and the values."""
    healthy: bool = True
    """Whether the resolver prefers the record set; no member of the API."""
    data: tuple[RecordData, ...] = field(init=False, repr=False, compare=False)
    """The values as they go over the wire."""

    def __post_init__(self) -> None:
        try:
            data = tuple([_prepared(self.type, self.ttl, value) for value in self.values])
        except ValueError as error:
            # AWS refuses such values; moto keeps and lists them.
            LOG.warning("DNS cannot answer the record set %s: %s", self.name, error)
            data = ()
        object.__setattr__(self, "data", data)

    @property
    def resource_records(self) -> list[dict[str, str]]:
        """The values as ListResourceRecordSets shows them."""
        return [{"Value": value} for value in self.values]


def _prepared(type_: str, ttl: int, value: str) -> RecordData:
    """Parses and packs a value. Raises ValueError for one that DNS cannot transmit."""
    try:
        (parsed,) = RR.fromZone(f". {ttl} IN {type_} {value}")
        buffer = DNSBuffer()
        parsed.pack(buffer)
    except Exception as error:  # dnslib's parsers raise whatever goes wrong inside them.
        raise ValueError(f"'{value}' is not a value of type {type_}") from error
    after_owner = bytes(buffer.data[1:])  # The owner is the root, one byte.
    return RecordData(parsed.rtype, parsed.rdata, None if buffer.names else after_owner)


def of_moto(record_set: RecordSet, *, healthy: bool) -> DnsRecordSet:
    """Returns the common form of a user's record set, which moto keeps as it was sent."""
    values: list[Any] = record_set.records or []
    target: dict[str, str] | None = record_set.alias_target
    return DnsRecordSet(
        name=record_set.name,
        type=str(record_set.type),
        ttl=int(record_set.ttl or 0),
        # moto keeps the SOA that it gives a new zone in the form of a reply.
        values=tuple(each["Value"] if isinstance(each, dict) else each for each in values),
        set_identifier=record_set.set_identifier,
        weight=None if record_set.weight is None else int(record_set.weight),
        multi_value_answer=record_set.multi_value_answer,
        failover=record_set.failover,
        healthy=healthy,
        alias=Alias(target["HostedZoneId"], target["DNSName"]) if target else None,
    )
