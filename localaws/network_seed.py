# SPDX-License-Identifier: Apache-2.0
"""Creates the default network in moto's EC2 backend, before an account answers its first call.

A test compares the result with what the AWS API creates from the same data (default_network).
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet

from localaws.default_network import SUBNETS, VPC_CIDR, VPC_NAME, route_table_name, subnet_tags


def seed_network(ec2: EC2Backend) -> None:
    """Creates the network in the backend's account and region."""
    vpc = ec2.create_vpc(VPC_CIDR, tags=_tags(VPC_NAME))
    vpc.enable_dns_support = vpc.enable_dns_hostnames = True
    zones = sorted(zone.name for zone in ec2.describe_availability_zones())[:2]
    public, private = (
        [
            _subnet(ec2, vpc.id, cidr, zone, tier)
            for cidr, zone in zip(SUBNETS[tier], zones, strict=True)
        ]
        for tier in ("public", "private")
    )
    internet = ec2.create_internet_gateway(tags=_tags(VPC_NAME))
    ec2.attach_internet_gateway(internet.id, vpc.id)
    _route(ec2, vpc.id, public, "public", gateway_id=internet.id)
    allocation_id = ec2.allocate_address("vpc").allocation_id or ""
    nat = ec2.create_nat_gateway(public[0].id, allocation_id)
    nat.add_tags({"Name": VPC_NAME})
    _route(ec2, vpc.id, private, "private", nat_gateway_id=nat.id)


def _tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}]


def _subnet(ec2: EC2Backend, vpc_id: str, cidr: str, zone: str, tier: str) -> Subnet:
    subnet = ec2.create_subnet(vpc_id, cidr, availability_zone=zone)
    subnet.add_tags(subnet_tags(tier, zone))
    return subnet


def _route(ec2: EC2Backend, vpc_id: str, subnets: list[Subnet], tier: str, **target: Any) -> None:
    """Creates the route table of a tier, with a default route to its gateway."""
    table = ec2.create_route_table(vpc_id, tags=_tags(route_table_name(tier)))
    ec2.create_route(table.id, "0.0.0.0/0", **target)
    for subnet in subnets:
        ec2.associate_route_table(table.id, subnet_id=subnet.id)
