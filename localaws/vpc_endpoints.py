# SPDX-License-Identifier: Apache-2.0
"""VPC endpoints of EC2, completed: their interfaces and routes follow all that changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint

from localaws.network_interfaces import NetworkInterfaces


class VpcEndpoints(NetworkInterfaces):
    """moto's endpoints, with the interfaces and the routes that AWS gives them."""

    def create_vpc_endpoint(self, *args: Any, **kwargs: Any) -> VPCEndPoint:
        """moto: interfaces with any address. AWS: of the subnets, in the endpoint's groups."""
        endpoint = super().create_vpc_endpoint(*args, **kwargs)
        endpoint.vpc_endpoint_type = endpoint.vpc_endpoint_type or "Gateway"  # AWS's default.
        if _has_interfaces(endpoint):
            for made_by_moto in endpoint.network_interface_ids:
                self.delete_network_interface(made_by_moto)
            endpoint.network_interface_ids = []
            if not endpoint.security_group_ids:
                default: Any = self.get_security_group_by_name_or_id("default", endpoint.vpc_id)
                endpoint.security_group_ids = [default.id]
            self._add_interfaces(endpoint, endpoint.subnet_ids or [])
        return endpoint

    def modify_vpc_endpoint(self, vpc_id: str, *args: Any, **kwargs: Any) -> None:
        """moto: changes the lists only. AWS: interfaces and routes too.

        moto calls the endpoint's id `vpc_id`.
        """
        (endpoint,) = self.describe_vpc_endpoints([vpc_id])
        subnets, tables = {*(endpoint.subnet_ids or ())}, {*(endpoint.route_table_ids or ())}
        super().modify_vpc_endpoint(vpc_id, *args, **kwargs)
        if _has_interfaces(endpoint):
            now = {*(endpoint.subnet_ids or ())}
            self._remove_interfaces(endpoint, subnets - now)
            self._add_interfaces(endpoint, now - subnets)
            for id_ in endpoint.network_interface_ids:
                groups = map(self.get_security_group_from_id, endpoint.security_group_ids)
                self.enis[id_]._group_set = [*groups]
        elif prefix_list := endpoint.destination_prefix_list_id:
            now = {*(endpoint.route_table_ids or ())}
            for table in now - tables:
                self.create_route(
                    table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list
                )
            for table in tables - now:
                self.delete_route(table, prefix_list)

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """moto: they are shown as deleted for ever. AWS: not any more after a short time."""
        for id_ in vpce_ids or ():
            if endpoint := self.vpc_end_points.get(id_):
                self._remove_interfaces(endpoint, endpoint.subnet_ids or ())
        super().delete_vpc_endpoints(vpce_ids)
        for id_ in vpce_ids or ():
            self.vpc_end_points.pop(id_, None)

    def delete_route_table(self, route_table_id: str) -> None:
        """moto: stays in the lists of gateway endpoints, which then cannot be deleted."""
        super().delete_route_table(route_table_id)
        for endpoint in self.vpc_end_points.values():
            if route_table_id in (endpoint.route_table_ids or ()):
                endpoint.route_table_ids.remove(route_table_id)

    def _add_interfaces(self, endpoint: VPCEndPoint, subnet_ids: Collection[str]) -> None:
        for subnet in map(self.get_subnet, subnet_ids):
            eni = self.create_requester_managed_interface(
                subnet,
                self.require_free_address(subnet),
                endpoint.security_group_ids,
                f"VPC Endpoint Interface {endpoint.id}",
            )
            eni.interface_type = "vpc_endpoint"
            endpoint.network_interface_ids.append(eni.id)

    def _remove_interfaces(self, endpoint: VPCEndPoint, subnet_ids: Collection[str]) -> None:
        for eni in [self.enis[id_] for id_ in endpoint.network_interface_ids]:
            if eni.subnet_id in subnet_ids:
                endpoint.network_interface_ids.remove(eni.id)
                self.delete_requester_managed_interface(eni)


def set_endpoint_options(endpoint: VPCEndPoint, request: Mapping[str, Any]) -> None:
    """Sets what moto drops of CreateVpcEndpoint and ModifyVpcEndpoint.

    An interface endpoint has IPv4 addresses and A records by default. A gateway shows neither.
    """
    kept: Any = endpoint
    family = request.get("IpAddressType") or getattr(kept, "ip_address_type", None)
    options = {**getattr(kept, "dns_options", {}), **(request.get("DnsOptions") or {})}
    if _has_interfaces(endpoint):
        family = family or "ipv4"
        options.setdefault("DnsRecordIpType", family)
        options.setdefault("PrivateDnsOnlyForInboundResolverEndpoint", False)
    if family:
        kept.ip_address_type = family
    if options:
        kept.dns_options = options
    if (enabled := request.get("PrivateDnsEnabled")) is not None:
        endpoint.private_dns_enabled = enabled
    if request.get("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)


def _has_interfaces(endpoint: VPCEndPoint) -> bool:
    return str(endpoint.vpc_endpoint_type).lower() == "interface"
