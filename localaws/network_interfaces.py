# SPDX-License-Identifier: Apache-2.0
"""EC2's network interfaces: addresses of their subnet, and those that AWS manages for others."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Collection
from itertools import chain
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.subnets import Subnet

from localaws.moto_mixins import ErrorReply

RESERVED_FIRST_ADDRESSES = 4
"""AWS reserves a subnet's first four addresses, and its last one [VPC user guide]."""


class NetworkInterfaces(EC2Backend):
    """moto's EC2, with interfaces for tasks, load balancers and endpoints."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self._managed_interfaces: dict[tuple[str, str], NetworkInterface] = {}
        """By VPC id and private address, so that nobody has to read all interfaces."""
        self._other_interfaces: dict[str, NetworkInterface] = {}
        """By id: those that users and instances have, and those that moto has deleted since."""

    def free_address(self, subnet: Subnet, besides: Collection[str] = ()) -> str | None:
        """Returns an address of the subnet that no interface has, or None when all are taken.

        None of `besides` either.

        moto: ECS gives a task any random address. AWS: an address of the task's subnet.
        """
        network = ipaddress.IPv4Network(subnet.cidr_block)
        taken = self._taken_by_others(subnet) | {*besides}
        usable = range(RESERVED_FIRST_ADDRESSES, network.num_addresses - 1)
        start = random.randrange(len(usable))
        for offset in chain(usable[start:], usable[:start]):
            address = str(network[offset])
            if address not in taken and (subnet.vpc_id, address) not in self._managed_interfaces:
                return address
        return None

    def _taken_by_others(self, subnet: Subnet) -> set[str]:
        """The addresses in the subnet that are not of tasks, load balancers and endpoints."""
        return {
            address["PrivateIpAddress"]
            for eni in self._other_interfaces.values()
            if eni.subnet_id == subnet.id and eni.id in self.enis
            for address in eni.private_ip_addresses
        }

    def require_address(self, subnet: Subnet, address: str) -> str:
        """Returns this address. Raises InvalidParameterValue and InvalidIPAddress.InUse."""
        network = ipaddress.IPv4Network(subnet.cidr_block)
        usable = network[RESERVED_FIRST_ADDRESSES], network[-2]
        try:
            within = usable[0] <= ipaddress.IPv4Address(address) <= usable[1]
        except ValueError:
            within = False
        if not within:
            raise ErrorReply(
                "InvalidParameterValue",
                f"Address {address} does not fall within the subnet's address range",
            )
        taken = (subnet.vpc_id, address) in self._managed_interfaces
        if taken or address in self._taken_by_others(subnet):
            raise ErrorReply("InvalidIPAddress.InUse", f"Address {address} is in use.")
        return address

    def require_free_address(self, subnet: Subnet, besides: Collection[str] = ()) -> str:
        """Returns a free address. Raises InsufficientFreeAddressesInSubnet."""
        if address := self.free_address(subnet, besides):
            return address
        raise ErrorReply(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
        )

    def interface_at(self, vpc_id: str, address: str) -> NetworkInterface | None:
        """Returns the interface that has this private address in the VPC, or None."""
        if of_task := self._managed_interfaces.get((vpc_id, address)):
            return of_task
        for eni in self._other_interfaces.values():
            if (eni.vpc_id, eni.private_ip_address) == (vpc_id, address) and eni.id in self.enis:
                return eni
        return None

    def create_network_interface(self, *args: Any, **kwargs: Any) -> NetworkInterface:
        eni = super().create_network_interface(*args, **kwargs)
        self._other_interfaces[eni.id] = eni
        return eni

    def create_requester_managed_interface(
        self, subnet: Subnet, address: str, group_ids: Collection[str], description: str
    ) -> NetworkInterface:
        """Creates an interface that AWS manages for a task or a load balancer, in use at once."""
        eni = super().create_network_interface(
            subnet, address, group_ids=list(group_ids), description=description
        )
        self._managed_interfaces[eni.vpc_id, address] = eni
        eni.status = "in-use"
        eni.requester_managed = True
        eni.private_dns_name = self._private_dns_name(address)
        eni.private_ip_addresses[0]["PrivateDnsName"] = eni.private_dns_name
        return eni

    def delete_requester_managed_interface(self, eni: NetworkInterface) -> None:
        """Deletes such an interface and frees its address."""
        self.enis.pop(eni.id, None)
        self._managed_interfaces.pop((eni.vpc_id, str(eni.private_ip_address)), None)

    def _private_dns_name(self, address: str) -> str:
        """`ip-10-0-8-203.<region>.compute.internal`, or `.ec2.internal` in us-east-1."""
        region = self.region_name
        domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
        return f"ip-{address.replace('.', '-')}.{domain}"

    def delete_network_interface(self, eni_id: str) -> None:
        """moto: deletes any. AWS: refuses a task's interface, which is in use while it exists."""
        eni = self.enis.get(eni_id)
        if eni and eni.requester_managed:
            raise ErrorReply(
                "InvalidParameterValue", f"Network interface '{eni_id}' is currently in use."
            )
        super().delete_network_interface(eni_id)
        self._other_interfaces.pop(eni_id, None)
