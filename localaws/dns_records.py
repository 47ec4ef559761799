# SPDX-License-Identifier: Apache-2.0
"""A DNS record set as one immutable value: what Route 53 lists and what the VPC's resolver answers.

Cloud Map makes them from instances, `of_moto` from the record sets that users write.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from dnslib import QTYPE, RD, RR
from moto.route53.models import RecordSet

LOG = logging.getLogger(__name__)


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
    healthy: bool = True
    """Whether the resolver prefers the record set; no member of the API."""
    rdata: tuple[RD, ...] = field(init=False, repr=False, compare=False)
    """The values as they go over the wire, parsed once."""

    def __post_init__(self) -> None:
        try:
            rdata = tuple(_parsed(self.type, value) for value in self.values)
        except ValueError as error:
            # AWS refuses such values; moto keeps and lists them.
            LOG.warning("DNS cannot answer the record set %s: %s", self.name, error)
            rdata = ()
        object.__setattr__(self, "rdata", rdata)

    @property
    def rtype(self) -> int:
        """The type's number on the wire."""
        return int(QTYPE.reverse[self.type])

    @property
    def resource_records(self) -> list[dict[str, str]]:
        """The values as ListResourceRecordSets shows them."""
        return [{"Value": value} for value in self.values]


def _parsed(type_: str, value: str) -> RD:
    try:
        (record,) = RR.fromZone(f". 0 IN {type_} {value}")
    except Exception as error:  # dnslib's parsers raise whatever goes wrong inside them.
        raise ValueError(f"'{value}' is not a value of type {type_}") from error
    return record.rdata


def of_moto(record_set: RecordSet) -> DnsRecordSet:
    """Returns the common form of a user's record set, which moto keeps as it was sent."""
    values: list[Any] = record_set.records or []
    return DnsRecordSet(
        name=record_set.name,
        type=str(record_set.type),
        ttl=int(record_set.ttl or 0),
        # moto keeps the SOA that it gives a new zone in the form of a reply.
        values=tuple(each["Value"] if isinstance(each, dict) else each for each in values),
        set_identifier=record_set.set_identifier,
        weight=None if record_set.weight is None else int(record_set.weight),
        multi_value_answer=record_set.multi_value_answer,
    )
