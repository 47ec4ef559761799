# SPDX-License-Identifier: Apache-2.0
"""Creates a VPC with public and private subnets through the AWS API, and deletes it again.

Each resource is looked up before it is created, so that a second call completes what the first
one left undone. Only resources with the given tags are ever deleted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.waiting import wait_for

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

_NAT_TIMEOUT = 300.0
"""Seconds for a NAT gateway; AWS takes one or two minutes."""
_INTERVAL = 1.0
_EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class NetworkPlan:
    """A VPC with a public and a private subnet in each of two zones and one NAT gateway."""

    name: str
    cidr: str
    subnets: Mapping[str, tuple[str, ...]]
    """CIDRs by tier, `public` and `private`; the first of each is in the first zone."""
    subnet_tags: Callable[[str, str], Mapping[str, str]]
    """Returns the tags of the subnet of a tier and an availability zone."""
    route_table_name: Callable[[str], str]
    """Returns the name of the route table that the subnets of a tier share."""


def create_network(aws: AwsClients, plan: NetworkPlan, tags: ProjectTags) -> tuple[str, bool]:
    """Creates what the account lacks of the plan.

    Returns the VPC's id, and False when a VPC of the plan's name without the tags is there already
    and nothing was changed. Raises AwsError, and HarnessError when several VPCs have the name.
    """
    with aws.errors_explained():
        named = aws.ec2.describe_vpcs(Filters=_named(plan.name))["Vpcs"]
        if len(named) > 1:
            raise HarnessError(f"{len(named)} VPCs are named {plan.name}: delete all but one")
        tagged = _tagged_vpc(aws, tags)
        if named and not tagged:
            return named[0]["VpcId"], False
        vpc = tagged or aws.ec2.create_vpc(CidrBlock=plan.cidr)["Vpc"]["VpcId"]
        _NetworkBuilder(aws, vpc, plan, tags).complete()
    return vpc, True


def delete_network(aws: AwsClients, tags: ProjectTags) -> str | None:
    """Deletes the VPC that `create_network` created with the tags.

    Returns the VPC's id; None when there is none. Raises AwsError.
    """
    ec2, tagged = aws.ec2, tags.ec2_filters()
    with aws.errors_explained():
        vpc = _tagged_vpc(aws, tags)
        if vpc is None:
            return None
        _delete_nat_gateways(aws, vpc)
        for address in ec2.describe_addresses(Filters=tagged)["Addresses"]:
            ec2.release_address(AllocationId=address["AllocationId"])
        for table in ec2.describe_route_tables(Filters=[*_in(vpc), *tagged])["RouteTables"]:
            for association in table["Associations"]:
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
            ec2.delete_route_table(RouteTableId=table["RouteTableId"])
        for gateway in ec2.describe_internet_gateways(Filters=_attached(vpc))["InternetGateways"]:
            ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
            ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
        for subnet in ec2.describe_subnets(Filters=[*_in(vpc), *tagged])["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc)
    return vpc


class _NetworkBuilder:
    """Completes one VPC by its plan; every method finds a resource or creates it."""

    def __init__(self, aws: AwsClients, vpc: str, plan: NetworkPlan, tags: ProjectTags) -> None:
        self._aws = aws
        self._vpc = vpc
        self._plan = plan
        self._tags = tags

    def complete(self) -> None:
        ec2, plan, vpc = self._aws.ec2, self._plan, self._vpc
        self._tag(vpc, Name=plan.name)
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        zones = sorted(
            zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]
        )
        subnets = {
            tier: [
                self._subnet(tier, cidr, zone)
                for cidr, zone in zip(cidrs, zones[: len(cidrs)], strict=True)
            ]
            for tier, cidrs in plan.subnets.items()
        }
        internet = self._internet_gateway()
        self._route_table(
            "public",
            subnets["public"],
            lambda table: ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=_EVERYWHERE, GatewayId=internet
            ),
        )
        nat = self._nat_gateway(subnets["public"][0])
        self._route_table(
            "private",
            subnets["private"],
            lambda table: ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=_EVERYWHERE, NatGatewayId=nat
            ),
        )

    def _subnet(self, tier: str, cidr: str, zone: str) -> str:
        ec2 = self._aws.ec2
        same: list[FilterTypeDef] = [{"Name": "cidr-block", "Values": [cidr]}]
        found = ec2.describe_subnets(Filters=[*_in(self._vpc), *same])["Subnets"]
        if found:
            id_ = found[0]["SubnetId"]
        else:
            made = ec2.create_subnet(VpcId=self._vpc, CidrBlock=cidr, AvailabilityZone=zone)
            id_ = made["Subnet"]["SubnetId"]
        self._tag(id_, **self._plan.subnet_tags(tier, zone))
        return id_

    def _internet_gateway(self) -> str:
        ec2 = self._aws.ec2
        found = ec2.describe_internet_gateways(Filters=_attached(self._vpc))["InternetGateways"]
        if found:
            return found[0]["InternetGatewayId"]
        id_ = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self._tag(id_, Name=self._plan.name)
        ec2.attach_internet_gateway(InternetGatewayId=id_, VpcId=self._vpc)
        return id_

    def _nat_gateway(self, subnet: str) -> str:
        aws, vpc = self._aws, self._vpc
        found = _nat_gateways(aws, vpc, "pending", "available")
        if not found:
            made = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=self._address())
            found = [made["NatGateway"]["NatGatewayId"]]
            self._tag(found[0], Name=self._plan.name)
        wait_for(
            lambda: _nat_gateways(aws, vpc, "available"),
            lambda seen: [] if seen else ["the NAT gateway is not available"],
            expected="a NAT gateway",
            timeout=_NAT_TIMEOUT,
            interval=_INTERVAL,
        )
        return found[0]

    def _address(self) -> str:
        """Returns the allocation id of the NAT gateway's Elastic IP address."""
        ec2 = self._aws.ec2
        found = ec2.describe_addresses(Filters=self._tags.ec2_filters())["Addresses"]
        if found:
            return found[0]["AllocationId"]
        id_ = ec2.allocate_address(Domain="vpc")["AllocationId"]
        self._tag(id_, Name=self._plan.name)
        return id_

    def _route_table(
        self, tier: str, subnets: list[str], create_default_route: Callable[[str], object]
    ) -> None:
        """Gives the subnets of a tier one route table with a default route."""
        ec2, name = self._aws.ec2, self._plan.route_table_name(tier)
        found = ec2.describe_route_tables(Filters=[*_in(self._vpc), *_named(name)])["RouteTables"]
        if found:
            table = found[0]
        else:
            table = ec2.create_route_table(VpcId=self._vpc)["RouteTable"]
            self._tag(table["RouteTableId"], Name=name)
        id_ = table["RouteTableId"]
        if not any(each.get("DestinationCidrBlock") == _EVERYWHERE for each in table["Routes"]):
            create_default_route(id_)
        associated = {association.get("SubnetId") for association in table["Associations"]}
        for subnet in subnets:
            if subnet not in associated:
                ec2.associate_route_table(RouteTableId=id_, SubnetId=subnet)

    def _tag(self, id_: str, **more: str) -> None:
        added = [{"Key": key, "Value": value} for key, value in more.items()]
        tags = [*self._tags.for_cloud_map(), *added]
        self._aws.ec2.create_tags(Resources=[id_], Tags=tags)  # type: ignore[arg-type]


def _tagged_vpc(aws: AwsClients, tags: ProjectTags) -> str | None:
    found = aws.ec2.describe_vpcs(Filters=tags.ec2_filters())["Vpcs"]
    return found[0]["VpcId"] if found else None


def _nat_gateways(aws: AwsClients, vpc: str, *states: str) -> list[str]:
    found = aws.ec2.describe_nat_gateways()["NatGateways"]
    return [n["NatGatewayId"] for n in found if n["VpcId"] == vpc and n["State"] in states]


def _delete_nat_gateways(aws: AwsClients, vpc: str) -> None:
    for nat in _nat_gateways(aws, vpc, "pending", "available"):
        aws.ec2.delete_nat_gateway(NatGatewayId=nat)
    wait_for(
        lambda: _nat_gateways(aws, vpc, "pending", "available", "deleting"),
        lambda seen: [f"{nat} is still there" for nat in seen],
        expected="no NAT gateway",
        timeout=_NAT_TIMEOUT,
        interval=_INTERVAL,
    )


def _named(name: str) -> list["FilterTypeDef"]:
    return [{"Name": "tag:Name", "Values": [name]}]


def _in(vpc: str) -> list["FilterTypeDef"]:
    return [{"Name": "vpc-id", "Values": [vpc]}]


def _attached(vpc: str) -> list["FilterTypeDef"]:
    return [{"Name": "attachment.vpc-id", "Values": [vpc]}]
