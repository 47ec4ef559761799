# SPDX-License-Identifier: Apache-2.0
"""The VPC that the stacks look up, found by the same rules as network-inputs finds it."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.preflight.results import Missing

VPC_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")


@dataclass(frozen=True)
class VpcSelector:
    """How the settings name the network: by ids, else by tags."""

    vpc_id: str
    vpc_name: str
    subnet_ids: tuple[str, ...]
    subnet_tag: str


@dataclass(frozen=True)
class VpcNetwork:
    """A VPC and its private subnets."""

    vpc_id: str
    cidr: str
    subnet_ids: tuple[str, ...]
    subnets: tuple[IPv4Network, ...]
    free_addresses: int
    """How many addresses EC2 can still give in the private subnets together."""

    def __str__(self) -> str:
        count = len(self.subnet_ids)
        return f"{self.vpc_id} {self.cidr}, {count} private subnet{'s' * (count != 1)}"


def find(aws: AwsClients, selector: VpcSelector) -> VpcNetwork:
    """That network. Raises Lacking with what is not as the stacks need it, and AwsError."""
    if selector.vpc_id:
        vpcs = [{"Name": "vpc-id", "Values": [selector.vpc_id]}]
    else:
        vpcs = [{"Name": "tag:Name", "Values": [selector.vpc_name]}]
    with aws.errors_explained():
        found = aws.ec2.describe_vpcs(Filters=vpcs)["Vpcs"]  # type: ignore[arg-type]
    if len(found) != 1:
        which = selector.vpc_id or f"named {selector.vpc_name}"
        raise Missing(f"{len(found)} VPCs {which}, and one is needed")
    [vpc] = found
    off = [name for name in VPC_ATTRIBUTES if not _is_on(aws, vpc["VpcId"], name)]
    if off:
        raise Missing(f"{vpc['VpcId']} has {' and '.join(off)} off")
    key, _, value = selector.subnet_tag.partition("=")
    if selector.subnet_ids:
        subnets = [{"Name": "subnet-id", "Values": list(selector.subnet_ids)}]
    else:
        subnets = [{"Name": f"tag:{key}", "Values": [value]}]
    with aws.errors_explained():
        reply = aws.ec2.describe_subnets(
            Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}, *subnets]  # type: ignore[list-item]
        )
    missing = sorted(set(selector.subnet_ids) - {each["SubnetId"] for each in reply["Subnets"]})
    if missing:
        raise Missing(f"{vpc['VpcId']} has no subnet {', '.join(missing)} (private_subnet_ids)")
    if not reply["Subnets"]:
        raise Missing(f"{vpc['VpcId']} has no subnet tagged {selector.subnet_tag}")
    return VpcNetwork(
        vpc["VpcId"],
        vpc["CidrBlock"],
        tuple(subnet["SubnetId"] for subnet in reply["Subnets"]),
        tuple(IPv4Network(subnet["CidrBlock"]) for subnet in reply["Subnets"]),
        sum(subnet["AvailableIpAddressCount"] for subnet in reply["Subnets"]),
    )


def address_shortage(network: VpcNetwork, needed: int) -> str | None:
    """Returns why the private subnets cannot give `needed` more addresses, None when they can."""
    if needed <= network.free_addresses:
        return None
    subnets = ", ".join(map(str, network.subnets))
    return (
        f"{needed} more tasks need {needed} addresses, but the private subnets {subnets} "
        f"have {network.free_addresses} free"
    )


def _is_on(aws: AwsClients, vpc_id: str, attribute: str) -> bool:
    with aws.errors_explained():
        if attribute == "enableDnsSupport":
            reply = aws.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsSupport")
            return reply["EnableDnsSupport"].get("Value", False)
        reply = aws.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute="enableDnsHostnames")
        return reply["EnableDnsHostnames"].get("Value", False)
