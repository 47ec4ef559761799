# SPDX-License-Identifier: Apache-2.0
"""Subnets of EC2, completed: their IPv6 networks."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.subnets import Subnet, SubnetBackend

BY_IPV6 = "ipv6-cidr-block-association.association-id"


class DualStackSubnet(Subnet):
    """A subnet that shows the state of its IPv6 network as AWS does."""

    @property
    def ipv6_cidr_block_association_set(self) -> list[dict[str, Any]]:
        """moto: the state of the state."""
        shown: list[dict[str, Any]] = [*super().ipv6_cidr_block_association_set]
        return [
            {**each, "ipv6CidrBlockState": each["ipv6CidrBlockState"]["state"]} for each in shown
        ]


class Subnets(SubnetBackend):
    """moto's subnets, for which Terraform can wait."""

    def create_subnet(self, *args: Any, **kwargs: Any) -> Subnet:
        subnet = super().create_subnet(*args, **kwargs)
        # moto has no seam for the class.
        subnet.__class__ = DualStackSubnet  # type: ignore[type-abstract]
        return subnet

    def describe_subnets(
        self, subnet_ids: list[str] | None = None, filters: Any | None = None
    ) -> list[Subnet]:
        """moto: does not have the filter by which Terraform waits for a subnet's IPv6 network."""
        known = {name: values for name, values in (filters or {}).items() if name != BY_IPV6}
        found = super().describe_subnets(subnet_ids, known)
        wanted = (filters or {}).get(BY_IPV6)
        if wanted is None:
            return found
        return [
            each for each in found if not {*wanted}.isdisjoint(each.ipv6_cidr_block_associations)
        ]
