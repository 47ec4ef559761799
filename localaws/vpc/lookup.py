# SPDX-License-Identifier: Apache-2.0
"""Where the resolver and the bastion stand: the article's VPC, in the default account."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPC
from moto.route53.models import FakeZone, route53_backends
from moto.utilities.utils import get_partition

from localaws.default_network import VPC_NAME

BASTION_HOST = 10
"""The bastion's address, counted from the VPC's first: 10.0.0.10 in the article's VPC."""


@dataclass(frozen=True)
class VpcLookup:
    """A place in the VPC of the article's name, looked up anew each time."""

    region: str

    @property
    def vpc(self) -> VPC | None:
        """The VPC, or None when nobody has one of that name."""
        vpcs = ec2_backends[DEFAULT_ACCOUNT_ID][self.region].vpcs.values()
        named = (vpc for vpc in vpcs if dict(_tags(vpc)).get("Name") == VPC_NAME)
        return next(named, None)

    @property
    def address(self) -> ipaddress.IPv4Address | None:
        """The bastion's own address, by which security groups judge it."""
        vpc = self.vpc
        return ipaddress.IPv4Network(vpc.cidr_block)[BASTION_HOST] if vpc else None

    def has(self, address: ipaddress.IPv4Address) -> bool:
        """Whether the address is one of the VPC's."""
        vpc = self.vpc
        return vpc is not None and address in ipaddress.IPv4Network(vpc.cidr_block)

    @property
    def private_zones(self) -> list[FakeZone] | None:
        """The private hosted zones that the VPC is associated with.

        None with DNS support or DNS hostnames off: the zones answer only with both on [Route 53
        developer guide, "Considerations when working with a private hosted zone"].
        """
        vpc = self.vpc
        if vpc is None or not (_is_on(vpc.enable_dns_support) and _is_on(vpc.enable_dns_hostnames)):
            return None
        zones = route53_backends[DEFAULT_ACCOUNT_ID][get_partition(self.region)].zones.values()
        return [
            zone
            for zone in zones
            if zone.private_zone and any(each.get("vpc_id") == vpc.id for each in zone.vpcs)
        ]


def _tags(vpc: VPC) -> list[tuple[str, str]]:
    return [(tag["key"], tag["value"]) for tag in vpc.get_tags()]


def _is_on(attribute: object) -> bool:
    """moto keeps what ModifyVpcAttribute was sent, which may be text."""
    return str(attribute).lower() == "true"
