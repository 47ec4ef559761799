# SPDX-License-Identifier: Apache-2.0
"""Route 53, completed: zones that Cloud Map owns, one zone of a name in a VPC, pages of zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.route53 import urls
from moto.route53.exceptions import InvalidInput
from moto.route53.models import (
    FakeZone,
    HostedZoneIdentifier,
    RecordSet,
    reverse_domain_name,
)
from moto.route53.responses import Route53

from localaws.dns_records import DnsRecordSet
from localaws.hosted_zones import (
    HostedZone,
    ManagedZone,
    ManagedZoneError,
    UserZone,
    with_lower_case,
)
from localaws.moto_mixins import ErrorReply, ModelValidated, OwnUrls
from localaws.paging import InvalidToken, page
from localaws.route53_health_checks import HealthChecks
from localaws.zone_index import canonical, lower_case

MAX_ITEMS = 300
"""The most record sets on a page of ListResourceRecordSets, and the default [API reference]."""

MAX_ZONES = 100
"""The most hosted zones on a page, and the default [API reference]."""

AnyRecordSet = RecordSet | DnsRecordSet
"""moto's, in the zones of users, or a managed zone's."""


def _listing_order(record: AnyRecordSet) -> tuple[str, str, str]:
    """The key by which AWS lists record sets: reversed labels, type, set identifier."""
    name = reverse_domain_name(record.name).lower()
    return name, str(record.type), record.set_identifier or ""


class VpcNotAuthorized(ErrorReply):
    """Answers 401 to who associates a zone with the VPC of another account."""

    http_status = 401

    def __init__(self) -> None:
        super().__init__(
            "NotAuthorizedException",
            "Associating the specified VPC with the specified hosted zone has not been authorized.",
        )


class HostedZonesResponse(ModelValidated, Route53):
    """Answers Route 53's requests."""

    unusable = "InvalidInput"

    def create_hosted_zone(self) -> ActionResult:
        """moto: a zone is private if a flag says so. AWS: if there is a VPC [API reference]."""
        if self._get_param("VPC.VPCId"):
            self.params["HostedZoneConfig"] = {
                **(self._get_param("HostedZoneConfig") or {}),
                "PrivateZone": True,
            }
        return super().create_hosted_zone()

    def list_hosted_zones_by_vpc(self) -> ActionResult:
        size = min(self._get_int_param("MaxItems", MAX_ZONES), MAX_ZONES)
        summaries = self.backend.list_hosted_zones_by_vpc(self._get_param("VPCId"))
        try:
            found, token = page(
                summaries, lambda each: each["HostedZoneId"], size, self._get_param("NextToken")
            )
        except InvalidToken as error:
            raise ErrorReply("InvalidPaginationToken", str(error)) from error
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


class HostedZones(OwnUrls, HealthChecks):
    """moto's Route 53 with managed zones in it."""

    moto_urls = urls
    responses = HostedZonesResponse

    zones_by_vpc: Mapping[str, Mapping[str, HostedZone]] = {}
    """The private hosted zones of each VPC by canonical name, replaced when an association changes.

    The VPCs' resolvers read it without a lock. A class attribute, so that an account which moto's
    reset empties has no zones in the meantime.
    """

    def create_managed_zone(
        self,
        name: str,
        *,
        namespace_arn: str,
        caller_reference: str,
        vpc: dict[str, str] | None,
        soa_ttl: int,
    ) -> ManagedZone:
        """Creates the hosted zone of a namespace: a private one if there is a VPC, else public."""
        zone_id: str = HostedZoneIdentifier(self.account_id, name, None).generate(list(self.zones))
        zone = ManagedZone(  # type: ignore[abstract]  # moto leaves CloudFormation's methods out
            name=name,
            # The length that AWS gives: Z and 20 letters or digits.
            zone_id=f"Z{zone_id[:20]}",
            namespace_arn=namespace_arn,
            caller_reference=caller_reference,
            vpc=vpc,
            soa_ttl=soa_ttl,
        )
        self.zones[zone.resource_id] = zone
        self._publish_zones()
        return zone

    def delete_managed_zone(self, zone: ManagedZone) -> None:
        """Deletes a namespace's zone with its record sets."""
        del self.zones[zone.resource_id]
        zone.tell_changes(removed=zone.record_sets)
        self._publish_zones()

    def _publish_zones(self) -> None:
        by_vpc: dict[str, dict[str, HostedZone]] = defaultdict(dict)
        for zone in self.zones.values():
            if isinstance(zone, HostedZone) and zone.private_zone:
                for vpc in zone.vpcs:
                    by_vpc[vpc.get("vpc_id", "")][canonical(zone.name)] = zone
        self.zones_by_vpc = dict(by_vpc)

    def refuse_second_zone(self, name: str, vpc_id: str, region: str) -> None:
        """Raise ConflictingDomainExists if the VPC has a private zone of exactly this name."""
        wanted = canonical(name)
        for zone in self.zones.values():
            in_vpc = any(vpc.get("vpc_id") == vpc_id for vpc in zone.vpcs)
            if zone.private_zone and in_vpc and canonical(zone.name) == wanted:
                raise ErrorReply(
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
        """moto: any number of zones of a name in a VPC, of any account. AWS: one, in one's own."""
        if vpcid:
            if self._is_of_another_account(vpcid):
                raise ErrorReply(
                    "InvalidVPCId",
                    "The VPC ID that you specified either isn't a valid ID or the current account "
                    "is not authorized to access this VPC.",
                )
            self.refuse_second_zone(name, vpcid, vpcregion or "")
        zone = UserZone(  # type: ignore[abstract]  # as above
            super().create_hosted_zone(
                lower_case(name),
                private_zone,
                caller_reference,
                vpcid,
                vpcregion,
                comment,
                delegation_set_id,
            ),
            self.account_id,
        )
        zone.judge(self.unhealthy_checks)
        self.zones[zone.resource_id] = zone
        self._publish_zones()
        return zone

    def _is_of_another_account(self, vpc_id: str) -> bool:
        return any(
            vpc_id in ec2.vpcs
            for account_id, of_account in [*ec2_backends.items()]
            if account_id != self.account_id
            for ec2 in [*of_account.values()]
        )

    def associate_vpc_with_hosted_zone(self, zone_id: str, vpcid: str, vpcregion: str) -> FakeZone:
        """moto: a VPC of any account. AWS: another account's needs an authorization first."""
        if self._is_of_another_account(vpcid):
            raise VpcNotAuthorized
        self.refuse_second_zone(self.get_hosted_zone(zone_id).name, vpcid, vpcregion)
        zone = super().associate_vpc_with_hosted_zone(zone_id, vpcid, vpcregion)
        self._publish_zones()
        return zone

    def disassociate_vpc_from_hosted_zone(self, zone_id: str, vpcid: str) -> FakeZone:
        zone = super().disassociate_vpc_from_hosted_zone(zone_id, vpcid)
        self._publish_zones()
        return zone

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        """moto: names as they are written, each case another name."""
        self._refuse_if_managed(zoneid)
        for change in change_list:
            change["ResourceRecordSet"] = with_lower_case(change["ResourceRecordSet"])
        zone = cast(UserZone, self.get_hosted_zone(zoneid))
        for change in change_list:
            zone.refuse_outside(change["ResourceRecordSet"]["Name"])
        with zone.deleting(change_list):
            super().change_resource_record_sets(zoneid, change_list)

    def list_hosted_zones_by_name(self, dnsname: str | None) -> tuple[str | None, list[FakeZone]]:
        return super().list_hosted_zones_by_name(lower_case(dnsname) if dnsname else dnsname)

    def get_hosted_zone_by_name(self, name: str) -> FakeZone | None:
        """Finds the zone that a resource of CloudFormation's names."""
        return super().get_hosted_zone_by_name(lower_case(name))

    def delete_hosted_zone(self, id_: str) -> FakeZone | None:
        self._refuse_if_managed(id_)
        zone = super().delete_hosted_zone(id_)
        if isinstance(zone, UserZone):
            zone.tell_changes(removed=zone.record_sets)
        self._publish_zones()
        return zone

    def update_hosted_zone_comment(self, id_: str, comment: str) -> FakeZone:
        self._refuse_if_managed(id_)
        return super().update_hosted_zone_comment(id_, comment)

    def _refuse_if_managed(self, zone_id: str) -> None:
        zone = self.get_hosted_zone(zone_id)
        if isinstance(zone, ManagedZone):
            raise ManagedZoneError(zone)

    def page_of_record_sets(
        self, zone_id: str, start: tuple[str, str, str], max_items: int
    ) -> tuple[list[AnyRecordSet], AnyRecordSet | None]:
        """One page of a zone's record sets from `start` on, and the first of the next page.

        moto: the start record's identifier is ignored, so that a page cannot end between two
        record sets of one name. AWS: name, type and set identifier name the place.
        """
        name, type_, identifier = start
        first = (reverse_domain_name(name).lower(), type_, identifier)
        record_sets: Sequence[AnyRecordSet] = self.get_hosted_zone(zone_id).rrsets
        ordered = sorted(record_sets, key=_listing_order)
        rest = [record for record in ordered if _listing_order(record) >= first]
        return rest[:max_items], rest[max_items] if len(rest) > max_items else None
