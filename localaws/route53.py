# SPDX-License-Identifier: Apache-2.0
"""Route 53, completed: zones that Cloud Map owns, and paging through record sets of one name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.route53 import urls
from moto.route53.exceptions import InvalidInput
from moto.route53.models import (
    FakeZone,
    HostedZoneIdentifier,
    RecordSet,
    Route53Backend,
    reverse_domain_name,
)
from moto.route53.responses import Route53

from localaws.moto_mixins import AwsError, LockedResponse, OwnUrls
from localaws.paging import InvalidToken, page

MAX_ITEMS = 300
"""Record sets on a page of ListResourceRecordSets, at the most and by default [API reference]."""

MAX_ZONES = 100
"""Hosted zones on a page, at the most and by default [API reference]."""

NAME_SERVERS = [
    "ns-1536.awsdns-00.co.uk.",
    "ns-0.awsdns-00.com.",
    "ns-1024.awsdns-00.org.",
    "ns-512.awsdns-00.net.",
]
"""Of every private hosted zone; they answer nothing, only the VPC's resolver does."""

SOA_VALUE = f"{NAME_SERVERS[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"


class ManagedZoneError(AwsError):
    """403: someone other than Cloud Map wants to change a zone that Cloud Map owns."""

    http_status = 403

    def __init__(self, zone: ManagedZone):
        super().__init__(
            "AccessDenied",
            f"The resource hostedzone/{zone.resource_id} can only be managed through "
            f"AWS CloudMap ({zone.namespace_arn})",
        )


def record_set(**fields: Any) -> RecordSet:
    """A record set from its fields as the API names them; ResourceRecords are plain values."""
    return RecordSet(fields)  # type: ignore[abstract]  # moto leaves CloudFormation's parts out


class ManagedZone(FakeZone):
    """The hosted zone of a Cloud Map namespace. Its record sets are derived, never kept."""

    def __init__(
        self,
        *,
        name: str,
        zone_id: str,
        namespace_arn: str,
        caller_reference: str,
        vpc: dict[str, str] | None,
        soa_ttl: int,
        instance_record_sets: Callable[[], list[RecordSet]],
    ):
        self.namespace_arn = namespace_arn
        self.soa_ttl = soa_ttl
        self._instance_record_sets = instance_record_sets
        super().__init__(
            name=f"{name}.",
            id_=zone_id,
            private_zone=vpc is not None,
            caller_reference=caller_reference,
            comment=f"Created by AWS Cloud Map namespace with ARN {namespace_arn}",
        )
        self.vpcs = [vpc] if vpc else []

    @property
    def linked_service(self) -> dict[str, str]:
        """Who owns the zone, as ListHostedZones and GetHostedZone tell it."""
        return {
            "ServicePrincipal": "servicediscovery.amazonaws.com",
            "Description": self.namespace_arn,
        }

    @property
    def rrsets(self) -> list[RecordSet]:
        """The zone's own NS and SOA, then what the namespace's instances amount to now."""
        return [
            record_set(Name=self.name, Type="NS", TTL=172800, ResourceRecords=NAME_SERVERS),
            record_set(Name=self.name, Type="SOA", TTL=self.soa_ttl, ResourceRecords=[SOA_VALUE]),
            *self._instance_record_sets(),
        ]

    @rrsets.setter
    def rrsets(self, value: list[RecordSet]) -> None:
        """moto's constructor empties the list; nothing else may write to it."""
        if value:
            raise ManagedZoneError(self)


def _place(record: RecordSet) -> tuple[str, str, str]:
    """A record set's place in a listing: reversed labels, type, set identifier."""
    name = reverse_domain_name(record.name).lower()
    return name, str(record.type), record.set_identifier or ""


class HostedZonesResponse(LockedResponse, Route53):
    """Answers Route 53's requests."""

    def list_hosted_zones_by_vpc(self) -> ActionResult:
        size = min(self._get_int_param("MaxItems", MAX_ZONES), MAX_ZONES)
        summaries = self.backend.list_hosted_zones_by_vpc(self._get_param("VPCId"))
        try:
            found, token = page(
                summaries, lambda each: each["HostedZoneId"], size, self._get_param("NextToken")
            )
        except InvalidToken as error:
            raise AwsError("InvalidPaginationToken", str(error)) from error
        result = {"HostedZoneSummaries": found, "MaxItems": size, "NextToken": token}
        return ActionResult(result)

    def list_resource_record_sets(self) -> ActionResult:
        start = (
            self._get_param("StartRecordName", ""),
            self._get_param("StartRecordType", ""),
            self._get_param("StartRecordIdentifier", ""),
        )
        if (start[1] and not start[0]) or (start[2] and not start[1]):
            raise InvalidInput("The input is not valid")
        max_items = min(self._get_int_param("MaxItems", MAX_ITEMS), MAX_ITEMS)
        backend = cast(HostedZones, self.backend)
        page, following = backend.page_of_record_sets(
            self._get_param("HostedZoneId"), start, max_items
        )
        result: dict[str, Any] = {
            "ResourceRecordSets": page,
            "IsTruncated": following is not None,
            "MaxItems": max_items,
        }
        if following is not None:
            result["NextRecordName"] = following.name
            result["NextRecordType"] = following.type
            result["NextRecordIdentifier"] = following.set_identifier
        return ActionResult(result)


class HostedZones(OwnUrls, Route53Backend):
    """moto's Route 53 with managed zones in it."""

    moto_urls = urls
    responses = HostedZonesResponse

    def create_managed_zone(
        self,
        name: str,
        *,
        namespace_arn: str,
        caller_reference: str,
        vpc: dict[str, str] | None,
        soa_ttl: int,
        instance_record_sets: Callable[[], list[RecordSet]],
    ) -> ManagedZone:
        """Create the hosted zone of a namespace: private if there is a VPC to associate with it."""
        zone_id: str = HostedZoneIdentifier(self.account_id, name, None).generate(list(self.zones))
        zone = ManagedZone(  # type: ignore[abstract]  # as above
            name=name,
            # The length that AWS gives: Z and 20 letters or digits.
            zone_id=f"Z{zone_id[:20]}",
            namespace_arn=namespace_arn,
            caller_reference=caller_reference,
            vpc=vpc,
            soa_ttl=soa_ttl,
            instance_record_sets=instance_record_sets,
        )
        self.zones[zone.resource_id] = zone
        return zone

    def delete_managed_zone(self, zone: ManagedZone) -> None:
        """Delete a namespace's zone with all that is in it."""
        del self.zones[zone.resource_id]

    def refuse_second_zone(self, name: str, vpc_id: str, region: str) -> None:
        """Raise ConflictingDomainExists if the VPC has a private zone of exactly this name."""
        wanted = name.rstrip(".").lower()
        for zone in self.zones.values():
            in_vpc = any(vpc.get("vpc_id") == vpc_id for vpc in zone.vpcs)
            if zone.private_zone and in_vpc and zone.name.rstrip(".").lower() == wanted:
                raise AwsError(
                    "ConflictingDomainExists",
                    f"The VPC {vpc_id} in region {region} has already been associated "
                    f"with the hosted zone {zone.resource_id} with the same domain name.",
                )

    def create_hosted_zone(
        self,
        name: str,
        private_zone: bool,
        caller_reference: str | None = None,
        vpcid: str | None = None,
        vpcregion: str | None = None,
        comment: str | None = None,
        delegation_set_id: str | None = None,
    ) -> FakeZone:
        """moto: any number of zones of a name in a VPC. AWS: one."""
        if vpcid:
            self.refuse_second_zone(name, vpcid, vpcregion or "")
        return super().create_hosted_zone(
            name, private_zone, caller_reference, vpcid, vpcregion, comment, delegation_set_id
        )

    def associate_vpc_with_hosted_zone(self, zone_id: str, vpcid: str, vpcregion: str) -> FakeZone:
        self.refuse_second_zone(self.get_hosted_zone(zone_id).name, vpcid, vpcregion)
        return super().associate_vpc_with_hosted_zone(zone_id, vpcid, vpcregion)

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        self._refuse_if_managed(zoneid)
        super().change_resource_record_sets(zoneid, change_list)

    def delete_hosted_zone(self, id_: str) -> FakeZone | None:
        self._refuse_if_managed(id_)
        return super().delete_hosted_zone(id_)

    def update_hosted_zone_comment(self, id_: str, comment: str) -> FakeZone:
        self._refuse_if_managed(id_)
        return super().update_hosted_zone_comment(id_, comment)

    def _refuse_if_managed(self, zone_id: str) -> None:
        zone = self.get_hosted_zone(zone_id)
        if isinstance(zone, ManagedZone):
            raise ManagedZoneError(zone)

    def page_of_record_sets(
        self, zone_id: str, start: tuple[str, str, str], max_items: int
    ) -> tuple[list[RecordSet], RecordSet | None]:
        """One page of a zone's record sets from `start` on, and the first of the next page.

        moto: the start record's identifier is ignored, so that a page cannot end between two
        record sets of one name. AWS: name, type and set identifier name the place.
        """
        name, type_, identifier = start
        first = (reverse_domain_name(name).lower(), type_, identifier)
        ordered = sorted(self.get_hosted_zone(zone_id).rrsets, key=_place)
        rest = [record for record in ordered if _place(record) >= first]
        return rest[:max_items], rest[max_items] if len(rest) > max_items else None
