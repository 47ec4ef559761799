# SPDX-License-Identifier: Apache-2.0
"""Makes a VPC with public and private subnets through the AWS API, and removes it again.

Each thing is found before it is made, so that a second call, or one after a failure, completes it.
Only what bears our tags is ever removed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import tags
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.waiting import wait_for

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

DEPLOYMENT = "vpc"
"""The tag Deployment of all of it."""
_NAT = 300.0
"""Seconds for a NAT gateway; AWS takes one or two minutes."""


@dataclass(frozen=True)
class NetworkPlan:
    """A VPC to make: a public and a private subnet in each of two zones, one NAT gateway."""

    name: str
    cidr: str
    subnets: Mapping[str, tuple[str, ...]]
    """CIDRs by tier, `public` and `private`; the first of each is in the first zone."""
    subnet_tags: Callable[[str, str], Mapping[str, str]]
    """Gives the tags of the subnet of a tier and an availability zone."""
    route_table_name: Callable[[str], str]
    """Gives the name of the route table that the subnets of a tier share."""


def create_network(aws: AwsClients, plan: NetworkPlan) -> tuple[str, bool]:
    """Creates what the plan lacks; returns the VPC's id and whether this module made it.

    A VPC of the plan's name that somebody else made is left alone. Raises AwsError, and
    HarnessError when several VPCs have the name.
    """
    with aws.errors_explained():
        named = aws.ec2.describe_vpcs(Filters=_named(plan.name))["Vpcs"]
        if len(named) > 1:
            raise HarnessError(f"{len(named)} VPCs are named {plan.name}: remove all but one")
        if named and not _ours(aws):
            return named[0]["VpcId"], False
        vpc = _ours(aws) or aws.ec2.create_vpc(CidrBlock=plan.cidr)["Vpc"]["VpcId"]
        _tag(aws, vpc, Name=plan.name)
        aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
        aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        _complete(aws, vpc, plan)
    return vpc, True


def delete_network(aws: AwsClients) -> str | None:
    """Deletes the VPC that `create_network` made; returns its id, None when there is none.

    Raises AwsError.
    """
    ec2 = aws.ec2
    with aws.errors_explained():
        vpc = _ours(aws)
        if vpc is None:
            return None
        _remove_nat(aws, vpc)
        for address in ec2.describe_addresses(Filters=_our_own())["Addresses"]:
            ec2.release_address(AllocationId=address["AllocationId"])
        for table in ec2.describe_route_tables(Filters=_in(vpc, _our_own()))["RouteTables"]:
            for association in table["Associations"]:
                ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
            ec2.delete_route_table(RouteTableId=table["RouteTableId"])
        attached: list[FilterTypeDef] = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
        for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
            ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
            ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
        for subnet in ec2.describe_subnets(Filters=_in(vpc, _our_own()))["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc)
    return vpc


def _complete(aws: AwsClients, vpc: str, plan: NetworkPlan) -> None:
    ec2 = aws.ec2
    zones = sorted(z["ZoneName"] for z in ec2.describe_availability_zones()["AvailabilityZones"])
    subnets = {
        tier: [
            _subnet(aws, vpc, plan, tier, cidr, zone)
            for cidr, zone in zip(cidrs, zones[: len(cidrs)], strict=True)
        ]
        for tier, cidrs in plan.subnets.items()
    }
    internet = _internet_gateway(aws, vpc, plan.name)
    _routed(
        aws,
        vpc,
        plan.route_table_name("public"),
        subnets["public"],
        lambda table: ec2.create_route(
            RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=internet
        ),
    )
    nat = _nat_gateway(aws, vpc, plan.name, subnets["public"][0])
    _routed(
        aws,
        vpc,
        plan.route_table_name("private"),
        subnets["private"],
        lambda table: ec2.create_route(
            RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat
        ),
    )


def _subnet(aws: AwsClients, vpc: str, plan: NetworkPlan, tier: str, cidr: str, zone: str) -> str:
    same: list[FilterTypeDef] = [{"Name": "cidr-block", "Values": [cidr]}]
    found = aws.ec2.describe_subnets(Filters=_in(vpc, same))["Subnets"]
    if found:
        id_ = found[0]["SubnetId"]
    else:
        made = aws.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
        id_ = made["Subnet"]["SubnetId"]
    _tag(aws, id_, **plan.subnet_tags(tier, zone))
    return id_


def _internet_gateway(aws: AwsClients, vpc: str, name: str) -> str:
    attached: list[FilterTypeDef] = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    found = aws.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    if found:
        return found[0]["InternetGatewayId"]
    id_ = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    _tag(aws, id_, Name=name)
    aws.ec2.attach_internet_gateway(InternetGatewayId=id_, VpcId=vpc)
    return id_


def _nat_gateways(aws: AwsClients, vpc: str, *states: str) -> list[str]:
    found = aws.ec2.describe_nat_gateways()["NatGateways"]
    return [n["NatGatewayId"] for n in found if n["VpcId"] == vpc and n["State"] in states]


def _nat_gateway(aws: AwsClients, vpc: str, name: str, subnet: str) -> str:
    there = _nat_gateways(aws, vpc, "pending", "available")
    if not there:
        addresses = aws.ec2.describe_addresses(Filters=_our_own())["Addresses"]
        if addresses:
            address = addresses[0]["AllocationId"]
        else:
            address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
            _tag(aws, address, Name=name)
        made = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
        there = [made["NatGateway"]["NatGatewayId"]]
        _tag(aws, there[0], Name=name)
    wait_for(
        lambda: _nat_gateways(aws, vpc, "available"),
        lambda seen: [] if seen else ["the NAT gateway is not available"],
        expected="a NAT gateway",
        timeout=_NAT,
        interval=1.0,
    )
    return there[0]


def _remove_nat(aws: AwsClients, vpc: str) -> None:
    for nat in _nat_gateways(aws, vpc, "pending", "available"):
        aws.ec2.delete_nat_gateway(NatGatewayId=nat)
    wait_for(
        lambda: _nat_gateways(aws, vpc, "pending", "available", "deleting"),
        lambda seen: [f"{nat} is still there" for nat in seen],
        expected="no NAT gateway",
        timeout=_NAT,
        interval=1.0,
    )


def _routed(
    aws: AwsClients, vpc: str, name: str, subnets: list[str], route: Callable[[str], object]
) -> None:
    """The subnets' one table, with its way out."""
    found = aws.ec2.describe_route_tables(Filters=_in(vpc, _named(name)))["RouteTables"]
    if found:
        table = found[0]
    else:
        table = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]
        _tag(aws, table["RouteTableId"], Name=name)
    if not any(each.get("DestinationCidrBlock") == "0.0.0.0/0" for each in table["Routes"]):
        route(table["RouteTableId"])
    there = {association.get("SubnetId") for association in table["Associations"]}
    for subnet in subnets:
        if subnet not in there:
            aws.ec2.associate_route_table(RouteTableId=table["RouteTableId"], SubnetId=subnet)


def _tag(aws: AwsClients, id_: str, **more: str) -> None:
    added = [{"Key": key, "Value": value} for key, value in more.items()]
    aws.ec2.create_tags(Resources=[id_], Tags=[*tags(DEPLOYMENT), *added])  # type: ignore[list-item]


def _ours(aws: AwsClients) -> str | None:
    found = aws.ec2.describe_vpcs(Filters=_our_own())["Vpcs"]
    return found[0]["VpcId"] if found else None


def _our_own() -> list["FilterTypeDef"]:
    return [{"Name": f"tag:{tag['Key']}", "Values": [tag["Value"]]} for tag in tags(DEPLOYMENT)]


def _named(name: str) -> list["FilterTypeDef"]:
    return [{"Name": "tag:Name", "Values": [name]}]


def _in(vpc: str, filters: list["FilterTypeDef"]) -> list["FilterTypeDef"]:
    return [{"Name": "vpc-id", "Values": [vpc]}, *filters]
