# SPDX-License-Identifier: Apache-2.0
"""Hosted zones that publish their record sets: of Cloud Map's namespaces, and of users."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

from moto.route53.exceptions import DnsNameInvalidForZone
from moto.route53.models import FakeZone, RecordSet

from localaws.dns_records import DnsRecordSet, of_moto
from localaws.moto_mixins import ErrorReply
from localaws.timeline.stream import STREAM
from localaws.zone_index import ZoneIndex, lower_case

InstanceKey = tuple[str, str]
"""The ids of a Cloud Map service and of an instance in it."""

NS_TTL = 172800
NAME_SERVERS = (
    "ns-1536.awsdns-00.co.uk.",
    "ns-0.awsdns-00.com.",
    "ns-1024.awsdns-00.org.",
    "ns-512.awsdns-00.net.",
)
"""The name servers of every private hosted zone. They answer nothing: the VPC's resolver does."""

SOA_VALUE = f"{NAME_SERVERS[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"


class TellingZone(FakeZone):
    """A zone of moto's that says which record sets come and go; see docs/timeline.md."""

    account_id: str
    region: str | None = None
    """That of a namespace; Route 53 itself has none."""
    identifier = "set"
    """What the timeline calls a SetIdentifier: in a zone of Cloud Map's it is a task's id."""

    def record_told(self, record_set: DnsRecordSet) -> dict[str, object]:
        """Returns one of the zone's record sets as the timeline names it."""
        alias = record_set.alias
        return {
            "account": self.account_id,
            "region": self.region,
            self.identifier: record_set.set_identifier,
            "zone": self.resource_id,
            "name": record_set.name.rstrip("."),
            "type": record_set.type,
            "alias": alias.name.rstrip(".") if alias else None,
            "ttl": None if alias else record_set.ttl,
            "values": list(record_set.values),
            "healthy": record_set.healthy,
        }

    def tell_changes(
        self, removed: Iterable[DnsRecordSet] = (), added: Iterable[DnsRecordSet] = ()
    ) -> None:
        """Says which record sets have gone and come.

        One that changes comes anew, and has not gone: a name that DNS answers all the time must
        not look as if it had been away.
        """
        before = {_identity(each): each for each in removed}
        after = {_identity(each): each for each in added}
        for gone in before.keys() - after.keys():
            STREAM.tell("record", "went", partial(self.record_told, before[gone]))
        for identity, each in after.items():
            if each != before.get(identity):
                STREAM.tell("record", "came", partial(self.record_told, each))


def _identity(record_set: DnsRecordSet) -> tuple[str, str, str | None]:
    """What no two record sets of a zone have in common."""
    return record_set.name, record_set.type, record_set.set_identifier


class ManagedZoneError(ErrorReply):
    """Answers 403 when anyone but Cloud Map changes a zone that Cloud Map owns."""

    http_status = 403

    def __init__(self, zone: ManagedZone):
        super().__init__(
            "AccessDenied",
            f"The resource hostedzone/{zone.resource_id} can only be managed through "
            f"AWS CloudMap ({zone.namespace_arn})",
        )


class ManagedZone(TellingZone):
    """The hosted zone of a Cloud Map namespace: NS, SOA and the record sets of the instances."""

    identifier = "task"

    def __init__(
        self,
        *,
        name: str,
        zone_id: str,
        namespace_arn: str,
        caller_reference: str,
        vpc: dict[str, str] | None,
        soa_ttl: int,
    ):
        super().__init__(
            name=f"{lower_case(name)}.",
            id_=zone_id,
            private_zone=vpc is not None,
            caller_reference=caller_reference,
            comment=f"Created by AWS Cloud Map namespace with ARN {namespace_arn}",
        )
        self.namespace_arn = namespace_arn
        _, _, _, self.region, self.account_id, _ = namespace_arn.split(":", 5)
        self.vpcs = [vpc] if vpc else []
        self._ns = DnsRecordSet(name=self.name, type="NS", ttl=NS_TTL, values=NAME_SERVERS)
        self._soa = self._soa_with(soa_ttl)
        self._of_instances: dict[InstanceKey, tuple[DnsRecordSet, ...]] = {}
        self.index = ZoneIndex().changed(added=[self._ns, self._soa])
        self.tell_changes(added=self.rrsets)

    def _soa_with(self, ttl: int) -> DnsRecordSet:
        return DnsRecordSet(name=self.name, type="SOA", ttl=ttl, values=(SOA_VALUE,))

    @property
    def soa_ttl(self) -> int:
        return self._soa.ttl

    def change_soa_ttl(self, ttl: int) -> None:
        before, self._soa = self._soa, self._soa_with(ttl)
        self.index = self.index.changed(removed=[before], added=[self._soa])
        self.tell_changes(removed=[before], added=[self._soa])

    def publish(self, record_sets: Mapping[InstanceKey, Iterable[DnsRecordSet]]) -> None:
        """Replaces all record sets of these instances; an instance may have none."""
        added = {key: tuple(of_instance) for key, of_instance in record_sets.items()}
        removed = [*chain.from_iterable(self._of_instances.get(key, ()) for key in added)]
        present = [*chain.from_iterable(added.values())]
        self.index = self.index.changed(removed=removed, added=present)
        self.tell_changes(removed, present)
        for key, of_instance in added.items():
            if of_instance:
                self._of_instances[key] = of_instance
            else:
                self._of_instances.pop(key, None)

    @property
    def linked_service(self) -> dict[str, str]:
        """The zone's owner, as ListHostedZones and GetHostedZone show it."""
        return {
            "ServicePrincipal": "servicediscovery.amazonaws.com",
            "Description": self.namespace_arn,
        }

    @property
    def record_sets(self) -> Collection[DnsRecordSet]:
        """All record sets, NS and SOA first."""
        return self.rrsets

    @property  # type: ignore[override]  # moto's are RecordSets
    def rrsets(self) -> list[DnsRecordSet]:
        """The record sets as moto counts and lists them."""
        return [self._ns, self._soa, *chain.from_iterable(self._of_instances.values())]

    @rrsets.setter
    def rrsets(self, value: list[DnsRecordSet]) -> None:
        """moto's constructor sets an empty list; nothing else may write to the zone."""
        if value:
            raise ManagedZoneError(self)


class UserZone(TellingZone):
    """A hosted zone that a user created: moto keeps the record sets, the index follows them.

    moto changes the record sets by the four methods below, for Route 53's calls as well as for
    CloudFormation.
    """

    def __init__(self, zone: FakeZone, account_id: str):
        super().__init__(
            name=zone.name,
            id_=zone.resource_id,
            private_zone=zone.private_zone,
            caller_reference=zone.caller_reference,
            comment=zone.comment,
            delegation_set=zone.delegation_set,
        )
        self.account_id = account_id
        self.vpcs, self.rrsets = zone.vpcs, zone.rrsets
        self._indexed: dict[RecordSet, DnsRecordSet] = {}
        self._unhealthy: frozenset[str] = frozenset()
        self._leaving: deque[tuple[str, str]] = deque()
        self.index = ZoneIndex()
        self._follow()

    def judge(self, unhealthy: frozenset[str]) -> None:
        """Takes note of the health checks that are unhealthy now."""
        changed, self._unhealthy = unhealthy ^ self._unhealthy, unhealthy
        self._follow({each for each in self._indexed if each.health_check_id in changed})

    def _follow(self, judged_anew: Set[RecordSet] = frozenset()) -> None:
        """Brings the index up to date; converts only the record sets that are new, and these."""
        current = dict.fromkeys(self.rrsets)
        stale = (self._indexed.keys() - current.keys()) | judged_anew
        removed = [self._indexed.pop(each) for each in stale]
        added = {
            each: of_moto(each, healthy=each.health_check_id not in self._unhealthy)
            for each in current
            if each not in self._indexed
        }
        self._indexed |= added
        self.index = self.index.changed(removed=removed, added=added.values())
        self.tell_changes(removed, added.values())

    @property
    def record_sets(self) -> Collection[DnsRecordSet]:
        """The record sets in the common form."""
        return self._indexed.values()

    def add_rrset(self, record_set: dict[str, Any]) -> RecordSet:
        added = super().add_rrset(with_lower_case(record_set))
        self._follow()
        return added

    def upsert_rrset(self, record_set: dict[str, Any]) -> RecordSet:
        added = super().upsert_rrset(with_lower_case(record_set))
        self._follow()
        return added

    def delete_rrset(self, rrset: dict[str, Any]) -> None:
        super().delete_rrset(with_lower_case(rrset))
        self._follow()

    def delete_rrset_by_id(self, set_identifier: str) -> None:
        """moto: deletes the record sets of every name that have the identifier."""
        leaving = (*self._leaving.popleft(), set_identifier)
        self.rrsets = [
            each for each in self.rrsets if (each.name, each.type, each.set_identifier) != leaving
        ]
        self._follow()

    def refuse_outside(self, name: str) -> None:
        """moto: takes every name that ends as the zone's does, `notown.internal` too."""
        if not f".{name.rstrip('.')}.".endswith(f".{self.name.rstrip('.')}."):
            raise DnsNameInvalidForZone(name=name, zone_name=self.name)

    @contextmanager
    def deleting(self, change_list: Iterable[dict[str, Any]]) -> Iterator[None]:
        """Says within the block which record sets moto deletes by their identifiers."""
        asked = [each["ResourceRecordSet"] for each in change_list if each["Action"] == "DELETE"]
        self._leaving = deque(
            (f"{lower_case(each['Name']).rstrip('.')}.", each["Type"])
            for each in asked
            if "SetIdentifier" in each
        )
        try:
            yield
        finally:
            self._leaving.clear()


def with_lower_case(record_set: dict[str, Any]) -> dict[str, Any]:
    """A record set as it is asked for, with its name as Route 53 has it."""
    return {**record_set, "Name": lower_case(record_set["Name"])}


HostedZone = ManagedZone | UserZone
