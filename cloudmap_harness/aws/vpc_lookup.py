# SPDX-License-Identifier: Apache-2.0
"""Looks up a VPC and its private subnets, by ids or else by tags, and counts free addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.errors import HarnessError

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, SubnetTypeDef, VpcTypeDef


@dataclass(frozen=True)
class VpcSelector:
    """Names a VPC and its private subnets: by ids, where they are given, else by tags."""

    vpc_id: str
    vpc_name: str
    subnet_ids: tuple[str, ...]
    subnet_tag: str
    """`key=value`."""


@dataclass(frozen=True)
class VpcNetwork:
    """A VPC and its private subnets."""

    vpc_id: str
    cidr: str
    subnet_ids: tuple[str, ...]
    subnets: tuple[IPv4Network, ...]
    free_addresses: int
    """The sum of the private subnets' AvailableIpAddressCount."""

    def __str__(self) -> str:
        count = len(self.subnet_ids)
        return f"{self.vpc_id} {self.cidr}, {count} private subnet{'s' * (count != 1)}"


class VpcNotFound(HarnessError):
    """The account has no VPC that fits the selector; the text says what is not as selected."""


def find_vpc(aws: AwsClients, selector: VpcSelector) -> VpcNetwork:
    """Returns the selected network.

    Raises VpcNotFound, also when the VPC has DNS support or DNS hostnames off, and AwsError.
    """
    with aws.errors_explained():
        vpc = _find_vpc(aws, selector)
        problems = list(_dns_attributes_off(aws, vpc["VpcId"]))
        if problems:
            raise VpcNotFound(f"{vpc['VpcId']} has {' and '.join(problems)} off")
        if selector.subnet_ids:
            subnets = _subnets_by_id(aws, vpc["VpcId"], selector.subnet_ids)
        else:
            subnets = _subnets_by_tag(aws, vpc["VpcId"], selector.subnet_tag)
    return VpcNetwork(
        vpc["VpcId"],
        vpc["CidrBlock"],
        tuple(subnet["SubnetId"] for subnet in subnets),
        tuple(IPv4Network(subnet["CidrBlock"]) for subnet in subnets),
        sum(subnet["AvailableIpAddressCount"] for subnet in subnets),
    )


def address_shortage(network: VpcNetwork, needed: int) -> str | None:
    """Returns why the private subnets cannot give `needed` more addresses, None when they can.

    Each Fargate task has a network interface, and with it an address, of its own.
    """
    if needed <= network.free_addresses:
        return None
    subnets = ", ".join(map(str, network.subnets))
    return (
        f"{needed} more tasks need {needed} addresses, but the private subnets {subnets} "
        f"have {network.free_addresses} free"
    )


def _find_vpc(aws: AwsClients, selector: VpcSelector) -> "VpcTypeDef":
    filters: list[FilterTypeDef] = [{"Name": "tag:Name", "Values": [selector.vpc_name]}]
    if selector.vpc_id:
        filters = [{"Name": "vpc-id", "Values": [selector.vpc_id]}]
    found = aws.ec2.describe_vpcs(Filters=filters)["Vpcs"]
    if len(found) != 1:
        which = selector.vpc_id or f"named {selector.vpc_name}"
        raise VpcNotFound(f"{len(found)} VPCs {which}, and one is needed")
    return found[0]


def _subnets_by_id(
    aws: AwsClients, vpc_id: str, subnet_ids: tuple[str, ...]
) -> list["SubnetTypeDef"]:
    # A filter, as DescribeSubnets with SubnetIds refuses all of them when one does not exist.
    filters: list[FilterTypeDef] = [{"Name": "subnet-id", "Values": list(subnet_ids)}]
    found = aws.ec2.describe_subnets(Filters=filters)["Subnets"]
    problems = []
    if missing := sorted(set(subnet_ids) - {subnet["SubnetId"] for subnet in found}):
        problems.append(f"there is no subnet {', '.join(missing)}")
    problems += [
        f"{subnet['SubnetId']} is in {subnet['VpcId']}, not in {vpc_id}"
        for subnet in sorted(found, key=lambda subnet: subnet["SubnetId"])
        if subnet["VpcId"] != vpc_id
    ]
    if problems:
        raise VpcNotFound("; ".join(problems))
    return found


def _subnets_by_tag(aws: AwsClients, vpc_id: str, tag: str) -> list["SubnetTypeDef"]:
    key, _, value = tag.partition("=")
    filters: list[FilterTypeDef] = [
        {"Name": "vpc-id", "Values": [vpc_id]},
        {"Name": f"tag:{key}", "Values": [value]},
    ]
    found = aws.ec2.describe_subnets(Filters=filters)["Subnets"]
    if not found:
        raise VpcNotFound(f"{vpc_id} has no subnet tagged {tag}")
    return found


def _dns_attributes_off(aws: AwsClients, vpc_id: str) -> Iterator[str]:
    """Yields the attributes that a private hosted zone needs on and this VPC has off."""
    support = aws.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsSupport")
    if not support["EnableDnsSupport"].get("Value", False):
        yield "enableDnsSupport"
    hostnames = aws.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")
    if not hostnames["EnableDnsHostnames"].get("Value", False):
        yield "enableDnsHostnames"
