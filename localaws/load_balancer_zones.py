# SPDX-License-Identifier: Apache-2.0
"""A load balancer in its zones: an interface in each, at an address of the user's if one is asked.

It imports nothing of ours but EC2.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import cast

from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet
from moto.elbv2.models import AvailabilityZone, FakeLoadBalancer

from localaws.ec2 import EC2
from localaws.moto_mixins import ErrorReply

SubnetMapping = Mapping[str, str]
"""A subnet, and the address that the load balancer is to have there."""


class Zone(AvailabilityZone):
    """A zone as the API shows it."""

    def __init__(self, subnet: Subnet, asked: dict[str, str] | None) -> None:
        super().__init__(subnet)
        self.load_balancer_addresses = [asked] if asked else []


class ZonalLoadBalancer(FakeLoadBalancer):
    """moto's load balancer, with the addresses that the user has asked for."""

    interfaces: dict[str, NetworkInterface]
    """By the id of the subnet."""
    asked_addresses: dict[str, dict[str, str]]
    """A member of LoadBalancerAddresses, by the id of the subnet."""
    enforce_security_group_inbound_rules_on_private_link_traffic: str | None
    """Of a network load balancer with security groups."""

    @property
    def availability_zones(self) -> list[AvailabilityZone]:
        """moto: without addresses, which Terraform then plans to set for ever."""
        return [Zone(subnet, self.asked_addresses.get(subnet.id)) for subnet in self.subnets]

    @property
    def kind(self) -> str:
        """What names the type in the ARN."""
        return {"network": "net", "gateway": "gwy"}.get(self.type, "app")


def zonal(balancer: FakeLoadBalancer) -> ZonalLoadBalancer:
    """Makes what moto has created a load balancer of ours: moto names its class itself."""
    balancer.__class__ = ZonalLoadBalancer  # type: ignore[type-abstract]
    ours = cast(ZonalLoadBalancer, balancer)
    ours.interfaces, ours.asked_addresses = {}, {}
    has_groups = ours.kind == "net" and ours.security_groups
    ours.enforce_security_group_inbound_rules_on_private_link_traffic = "on" if has_groups else None
    return ours


class Zones:
    """Puts interfaces of load balancers into subnets, and takes them away."""

    def __init__(self, ec2: EC2) -> None:
        self._ec2 = ec2

    def require_usable(self, mappings: Sequence[SubnetMapping]) -> None:
        """Raises what CreateLoadBalancer and SetSubnets answer for an address of no use."""
        for mapping in mappings:
            if address := mapping.get("PrivateIPv4Address"):
                self._require_free(self._ec2.get_subnet(mapping["SubnetId"]), address)
            if allocation := mapping.get("AllocationId"):
                if self._elastic_address(allocation).association_id:
                    raise ErrorReply("ResourceInUse", f"The allocation {allocation} is in use.")

    def enter(self, balancer: ZonalLoadBalancer, mappings: Sequence[SubnetMapping]) -> None:
        """Puts an interface into each subnet of the load balancer that has none yet."""
        asked = {mapping["SubnetId"]: mapping for mapping in mappings}
        for subnet in balancer.subnets:
            if subnet.id not in balancer.interfaces:
                self._enter(balancer, subnet, asked.get(subnet.id, {}))

    def leave(self, balancer: ZonalLoadBalancer, subnet_ids: Sequence[str]) -> None:
        """Deletes the interfaces in these subnets; an Elastic IP address is the user's again."""
        for subnet_id in subnet_ids:
            asked = balancer.asked_addresses.pop(subnet_id, {})
            if public := asked.get("IpAddress"):
                self._ec2.disassociate_address(address=public)
            if interface := balancer.interfaces.pop(subnet_id, None):
                self._ec2.delete_requester_managed_interface(interface)

    def _enter(self, balancer: ZonalLoadBalancer, subnet: Subnet, asked: SubnetMapping) -> None:
        private, allocation = asked.get("PrivateIPv4Address"), asked.get("AllocationId")
        address = private or self._ec2.free_address(subnet)
        if address is None:
            return
        name = f"ELB {balancer.kind}/{balancer.name}/{balancer.arn.rsplit('/', 1)[-1]}"
        interface = self._ec2.create_requester_managed_interface(
            subnet, address, balancer.security_groups or [], name
        )
        balancer.interfaces[subnet.id] = interface
        if allocation:
            elastic = self._ec2.associate_address(eni=interface, allocation_id=allocation)
            balancer.asked_addresses[subnet.id] = {
                "AllocationId": allocation,
                "IpAddress": str(elastic.public_ip),
            }
        elif private:
            balancer.asked_addresses[subnet.id] = {"PrivateIPv4Address": private}

    def _require_free(self, subnet: Subnet, address: str) -> None:
        try:
            is_inside = ipaddress.IPv4Address(address) in ipaddress.IPv4Network(subnet.cidr_block)
        except ValueError:
            is_inside = False
        if not is_inside or self._ec2.interface_at(subnet.vpc_id, address):
            raise ErrorReply(
                "InvalidConfigurationRequest",
                f"The address {address} cannot be used in the subnet {subnet.id}.",
            )

    def _elastic_address(self, allocation: str) -> ElasticAddress:
        found: list[ElasticAddress] = [
            each for each in self._ec2.addresses if each.allocation_id == allocation
        ]
        if not found:
            raise ErrorReply(
                "AllocationIdNotFound", f"The allocation ID '{allocation}' does not exist."
            )
        return found[0]
