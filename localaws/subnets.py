# SPDX-License-Identifier: Apache-2.0
"""Subnets of EC2, completed: their IPv6 networks, attributes of what is launched in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.ec2.models.subnets import Subnet, SubnetBackend

BY_IPV6 = "ipv6-cidr-block-association.association-id"

DNS_OPTIONS = {
    "PrivateDnsHostnameTypeOnLaunch": "HostnameType",
    "EnableResourceNameDnsARecordOnLaunch": "EnableResourceNameDnsARecord",
    "EnableResourceNameDnsAAAARecordOnLaunch": "EnableResourceNameDnsAAAARecord",
}
"""Parameters of ModifySubnetAttribute that are a subnet's PrivateDnsNameOptionsOnLaunch."""


class DualStackSubnet(Subnet):
    """A subnet that shows the state of its IPv6 network, and all attributes, as AWS does."""

    # Of the class, since subnets of accounts that were kept earlier have none.
    enable_dns64: bool = False
    enable_lni_at_device_index: int | None = None
    map_customer_owned_ip_on_launch: bool = False
    customer_owned_ipv4_pool: str | None = None

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
        if subnet.ipv6_native:  # AWS names by the id where there is no IPv4 address.
            subnet.private_dns_name_options_on_launch["HostnameType"] = "resource-name"
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

    def modify_launch_attributes(self, subnet_id: str, new: Mapping[str, Any]) -> None:
        """Sets attributes that moto's modify_subnet_attribute does not know.

        They are named as in ModifySubnetAttribute.
        """
        subnet: Any = self.get_subnet(subnet_id)
        for name, value in new.items():
            if option := DNS_OPTIONS.get(name):
                subnet.private_dns_name_options_on_launch[option] = value
            elif name == "DisableLniAtDeviceIndex":
                subnet.enable_lni_at_device_index = None
            else:
                setattr(subnet, camelcase_to_underscores(name), value)
