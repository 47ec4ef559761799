# SPDX-License-Identifier: Apache-2.0
"""EC2's requests for networks: parameters that moto drops."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.responses import EC2Response
from moto.ec2.utils import add_tag_specification

from localaws.nat_gateways import NatGateways
from localaws.subnets import Subnets
from localaws.vpc_endpoints import VpcEndpoints, set_endpoint_options
from localaws.vpn_gateways import VpnGateways

LAUNCH_ATTRIBUTES = (
    "CustomerOwnedIpv4Pool",
    "DisableLniAtDeviceIndex",
    "EnableDns64",
    "EnableLniAtDeviceIndex",
    "EnableResourceNameDnsAAAARecordOnLaunch",
    "MapCustomerOwnedIpOnLaunch",
    "PrivateDnsHostnameTypeOnLaunch",
)
"""Parameters of ModifySubnetAttribute that moto drops."""


class NetworkRequests(EC2Response):
    """Answers requests for networks with all of their parameters."""

    def modify_subnet_attribute(self) -> ActionResult:
        """moto: drops most attributes, for which Terraform then waits in vain."""
        reply = super().modify_subnet_attribute()
        given = {name: self._get_param(name) for name in LAUNCH_ATTRIBUTES}
        values = {
            name: value.get("Value") if isinstance(value, dict) else value
            for name, value in given.items()
        }
        new = {name: value for name, value in values.items() if value is not None}
        cast("Subnets", self.ec2_backend).modify_launch_attributes(self.params["SubnetId"], new)
        return reply

    def create_network_acl_entry(self) -> ActionResult:
        self._name_icmp_as_moto_does()
        return super().create_network_acl_entry()

    def replace_network_acl_entry(self) -> ActionResult:
        self._name_icmp_as_moto_does()
        return super().replace_network_acl_entry()

    def _name_icmp_as_moto_does(self) -> None:
        """moto: looks for the name of the query, and has parsed that of the API."""
        if given := self.params.get("IcmpTypeCode"):
            self.params["Icmp"] = given

    def create_vpc_endpoint(self) -> ActionResult:
        """moto: drops the kind of addresses and the DNS options."""
        reply = super().create_vpc_endpoint()
        made = cast(dict[str, Any], reply.result)["VpcEndpoint"]
        set_endpoint_options(made, self.params)
        return reply

    def modify_vpc_endpoint(self) -> ActionResult:
        """moto: drops these too, private DNS, and the reset of the policy."""
        reply = super().modify_vpc_endpoint()
        backend = cast("VpcEndpoints", self.ec2_backend)
        (endpoint,) = backend.describe_vpc_endpoints([self.params["VpcEndpointId"]])
        set_endpoint_options(endpoint, self.params)
        return reply

    @property
    def _nat_gateways(self) -> NatGateways:
        return cast("NatGateways", self.ec2_backend)

    def create_nat_gateway(self) -> ActionResult:
        """moto: drops the addresses that are asked for, so that Terraform replaces the gateway."""
        gateway = self._nat_gateways.create_nat_gateway(
            self._get_param("SubnetId"),
            self._get_param("AllocationId"),
            add_tag_specification(self._get_param("TagSpecifications", [])),
            self._get_param("ConnectivityType", "public"),
            address=self._get_param("PrivateIpAddress"),
            secondary_allocation_ids=self._get_param("SecondaryAllocationIds", []),
            secondary_addresses=self._get_param("SecondaryPrivateIpAddresses", []),
            secondary_count=self._get_param("SecondaryPrivateIpAddressCount", 0),
        )
        return ActionResult({"NatGateway": gateway})

    def associate_nat_gateway_address(self) -> ActionResult:
        return self._added_nat_gateway_addresses("associating")

    def assign_private_nat_gateway_address(self) -> ActionResult:
        return self._added_nat_gateway_addresses("assigning")

    def disassociate_nat_gateway_address(self) -> ActionResult:
        return self._removed_nat_gateway_addresses(
            "disassociating", "associationId", self._get_param("AssociationIds", [])
        )

    def unassign_private_nat_gateway_address(self) -> ActionResult:
        return self._removed_nat_gateway_addresses(
            "unassigning", "privateIp", self._get_param("PrivateIpAddresses", [])
        )

    def _added_nat_gateway_addresses(self, status: str) -> ActionResult:
        id_ = self._get_param("NatGatewayId")
        added = self._nat_gateways.add_nat_gateway_addresses(
            id_,
            allocation_ids=self._get_param("AllocationIds", []),
            addresses=self._get_param("PrivateIpAddresses", []),
            count=self._get_param("PrivateIpAddressCount", 0),
        )
        return _nat_gateway_addresses(id_, added, status)

    def _removed_nat_gateway_addresses(
        self, status: str, member: str, values: list[str]
    ) -> ActionResult:
        id_ = self._get_param("NatGatewayId")
        removed = self._nat_gateways.remove_nat_gateway_addresses(id_, member=member, values=values)
        return _nat_gateway_addresses(id_, removed, status)

    @property
    def _vpn_gateways(self) -> VpnGateways:
        return cast("VpnGateways", self.ec2_backend)

    def enable_vgw_route_propagation(self) -> ActionResult:
        self._vpn_gateways.enable_vgw_route_propagation(
            self._get_param("GatewayId"), self._get_param("RouteTableId")
        )
        return EmptyResult()

    def disable_vgw_route_propagation(self) -> ActionResult:
        self._vpn_gateways.disable_vgw_route_propagation(
            self._get_param("GatewayId"), self._get_param("RouteTableId")
        )
        return EmptyResult()

    def create_customer_gateway(self) -> ActionResult:
        """moto: drops the device's name and others, so that Terraform replaces the gateway."""
        reply = super().create_customer_gateway()
        made = cast(dict[str, Any], reply.result)["CustomerGateway"]
        made.device_name = self._get_param("DeviceName")
        made.certificate_arn = self._get_param("CertificateArn")
        made.bgp_asn_extended = self._get_param("BgpAsnExtended")
        return reply


def _nat_gateway_addresses(id_: str, addresses: list[dict[str, Any]], status: str) -> ActionResult:
    shown = [{**each, "status": status} for each in addresses]
    return ActionResult({"NatGatewayId": id_, "NatGatewayAddresses": shown})
