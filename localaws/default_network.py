# SPDX-License-Identifier: Apache-2.0
"""The default network, as data: what every account of the endpoint has from the start.

A VPC with DNS support and DNS hostnames; two public subnets behind an internet gateway and two
private subnets behind one NAT gateway, each pair in the region's first two availability zones.
Imports nothing, so that a program can create the same network in another account.
"""

VPC_CIDR = "10.0.0.0/16"
VPC_NAME = "cloudmap-handson-vpc"
SUBNETS = {
    "public": ("10.0.0.0/24", "10.0.1.0/24"),
    "private": ("10.0.8.0/24", "10.0.9.0/24"),
}
"""CIDR blocks by tier, the value of the subnets' tag Tier; one for each availability zone."""


def subnet_tags(tier: str, zone: str) -> dict[str, str]:
    """Returns the tags of a tier's subnet in an availability zone."""
    return {"Name": f"{VPC_NAME}-{tier}-{zone}", "Tier": tier}


def route_table_name(tier: str) -> str:
    """Returns the name of the route table that the subnets of a tier share."""
    return f"{VPC_NAME}-{tier}"
