# SPDX-License-Identifier: Apache-2.0
"""NAT gateways of EC2, completed: addresses of their subnet, those asked for, secondary ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any

from moto.ec2.exceptions import ResourceAlreadyAssociatedError
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.subnets import Subnet

from localaws.moto_mixins import ErrorReply
from localaws.network_interfaces import NetworkInterfaces

MOST_ADDRESSES = 31
"""That one call can ask for [EC2 API reference, PrivateIpAddressCount]."""


class NatGateways(NetworkInterfaces):
    """moto's NAT gateways, which have one address each, any at all."""

    def create_nat_gateway(
        self,
        subnet_id: str,
        allocation_id: str | None,
        tags: dict[str, str] | None = None,
        connectivity_type: str = "public",
        *,
        address: str | None = None,
        secondary_allocation_ids: Sequence[str] = (),
        secondary_addresses: Sequence[str] = (),
        secondary_count: int = 0,
    ) -> NatGateway:
        """moto: with any address. AWS: of the gateway's subnet, on an interface of AWS's."""
        subnet = self.get_subnet(subnet_id)
        self._require_unassociated([*filter(None, [allocation_id]), *secondary_allocation_ids])
        secondary = _filled_up(secondary_addresses, secondary_count, secondary_allocation_ids)
        first, *others = self._addresses(subnet, [address, *secondary])
        gateway = super().create_nat_gateway(
            subnet_id,
            allocation_id,  # type: ignore[arg-type]
            tags,
            connectivity_type,
        )
        eni, (shown,) = gateway._eni, gateway.address_set
        gateway.private_ip = eni.private_ip_address = shown["privateIp"] = first
        shown |= {"isPrimary": True, "status": "succeeded"}
        eni.private_ip_addresses[0]["PrivateIpAddress"] = first
        eni.description = f"Interface for NAT Gateway {gateway.id}"
        eni.interface_type, eni.status, eni.requester_managed = "nat_gateway", "in-use", True
        self._add(gateway, others, secondary_allocation_ids)
        return gateway

    def delete_nat_gateway(self, nat_gateway_id: str) -> NatGateway:
        """moto: the interface stays, with the address. AWS: both go with the gateway."""
        gateway = super().delete_nat_gateway(nat_gateway_id)
        self._disassociate(gateway, gateway.address_set)
        self.enis.pop(gateway._eni.id, None)
        self._other_interfaces.pop(gateway._eni.id, None)
        return gateway

    def disassociate_address(
        self, address: str | None = None, association_id: str | None = None
    ) -> None:
        """moto: takes a NAT gateway's address away. AWS: only a call for the gateway does."""
        held = {
            each.get(member)
            for gateway in self.nat_gateways.values()
            if gateway.state != "deleted"
            for each in gateway.address_set
            for member in ("publicIp", "associationId")
        }
        if not {address, association_id}.isdisjoint(held - {None}):
            raise ErrorReply(
                "AuthFailure", "You do not have permission to access the specified resource."
            )
        super().disassociate_address(address, association_id)

    def add_nat_gateway_addresses(
        self,
        nat_gateway_id: str,
        *,
        allocation_ids: Sequence[str] = (),
        addresses: Sequence[str] = (),
        count: int = 0,
    ) -> list[dict[str, Any]]:
        """AssociateNatGatewayAddress and AssignPrivateNatGatewayAddress. Returns what is new."""
        gateway = self._nat_gateway(nat_gateway_id)
        self._require_unassociated(allocation_ids)
        asked = _filled_up(addresses, count, allocation_ids)
        chosen = self._addresses(self.get_subnet(gateway.subnet_id), asked)
        return self._add(gateway, chosen, allocation_ids)

    def remove_nat_gateway_addresses(
        self, nat_gateway_id: str, *, member: str, values: Collection[str]
    ) -> list[dict[str, Any]]:
        """DisassociateNatGatewayAddress and UnassignPrivateNatGatewayAddress.

        `member` is what names an address: `associationId` or `privateIp`. Returns what has gone.
        """
        gateway = self._nat_gateway(nat_gateway_id)
        eni = gateway._eni
        removed = [each for each in gateway.address_set if each.get(member) in values]
        if len(removed) < len(values) or gateway.address_set[0] in removed:
            raise ErrorReply(
                "InvalidParameterValue",
                f"{', '.join(values)} are not all secondary addresses of {nat_gateway_id}.",
            )
        for each in removed:
            gateway.address_set.remove(each)
        self._disassociate(gateway, removed)
        gone = {each["privateIp"] for each in removed}
        eni.private_ip_addresses = [
            each for each in eni.private_ip_addresses if each["PrivateIpAddress"] not in gone
        ]
        return removed

    def _disassociate(self, gateway: NatGateway, addresses: Collection[dict[str, Any]]) -> None:
        """Frees the Elastic IP addresses of what the gateway does not have any more."""
        eni, public_ip = gateway._eni, gateway._eni.public_ip
        associations = {each.get("associationId") for each in addresses} - {None}
        for elastic in self.addresses:
            if elastic.association_id in associations:
                self.disassociate_address(association_id=elastic.association_id)
        eni.public_ip = public_ip  # The interface shows that of its primary address.

    def _nat_gateway(self, id_: str) -> NatGateway:
        gateway = self.nat_gateways.get(id_)
        if gateway is None or gateway.state == "deleted":
            raise ErrorReply("NatGatewayNotFound", f"The Nat Gateway {id_} was not found")
        return gateway

    def _require_unassociated(self, allocation_ids: Collection[str]) -> None:
        """Raises before anything is made. moto leaves the interface of a gateway it refuses."""
        seen: set[str] = set()
        for id_ in allocation_ids:
            (address,) = self.address_by_allocation([id_])
            if address.association_id or id_ in seen:
                raise ResourceAlreadyAssociatedError(id_)
            seen.add(id_)

    def _addresses(self, subnet: Subnet, asked: Sequence[str | None]) -> list[str]:
        """Returns free addresses of the subnet: those asked for, any in the place of None."""
        chosen: list[str | None] = []
        for each in asked:
            if each is not None and each in chosen:
                raise ErrorReply("InvalidIPAddress.InUse", f"Address {each} is in use.")
            chosen.append(each and self.require_address(subnet, each))
        for index, each in enumerate(chosen):
            if each is None:
                chosen[index] = self.require_free_address(subnet, [*filter(None, chosen)])
        return [*filter(None, chosen)]

    def _add(
        self, gateway: NatGateway, addresses: Sequence[str], allocation_ids: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Adds secondary addresses. Returns them as they are shown."""
        eni = gateway._eni
        added = []
        for address, allocation_id in zip_longest(addresses, allocation_ids):
            shown = {
                "networkInterfaceId": eni.id,
                "privateIp": address,
                "isPrimary": False,
                "status": "succeeded",
            }
            if allocation_id:
                public_ip = eni.public_ip
                elastic = self.associate_address(eni=eni, allocation_id=allocation_id)
                eni.public_ip = public_ip
                shown["allocationId"] = allocation_id
                shown["publicIp"], shown["associationId"] = (
                    elastic.public_ip,
                    elastic.association_id,
                )
            eni.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": address})
            gateway.address_set.append(shown)
            added.append(shown)
        return added


def _filled_up(
    addresses: Sequence[str], count: int, allocation_ids: Sequence[str]
) -> list[str | None]:
    """Returns the addresses, and None for each that is wanted without being named."""
    wanted = max(count, len(allocation_ids), len(addresses))
    if count < 0 or wanted > MOST_ADDRESSES:
        raise ErrorReply("InvalidParameterValue", f"The number of addresses {count} is not valid.")
    return [*addresses, *[None] * (wanted - len(addresses))]
