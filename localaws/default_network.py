# SPDX-License-Identifier: Apache-2.0
"""The network that the article presumes; who makes it has only to call AWS.

A VPC with DNS support and DNS hostnames, two public subnets behind an internet gateway, two
private ones behind a single NAT gateway, each pair in two zones.
"""

VPC_CIDR = "10.0.0.0/16"
VPC_NAME = "cloudmap-handson-vpc"
SUBNETS = {
    "public": ("10.0.0.0/24", "10.0.1.0/24"),
    "private": ("10.0.8.0/24", "10.0.9.0/24"),
}
"""By the value of their tag Tier; the first of each in the first zone, the second in the second."""


def subnet_tags(tier: str, zone: str) -> dict[str, str]:
    """Of the subnet of that tier in that availability zone."""
    return {"Name": f"{VPC_NAME}-{tier}-{zone}", "Tier": tier}


def route_table_name(tier: str) -> str:
    """Of the one table that the subnets of a tier share."""
    return f"{VPC_NAME}-{tier}"
