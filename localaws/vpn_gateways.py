# SPDX-License-Identifier: Apache-2.0
"""VPN gateways of EC2, completed: the route tables that they propagate routes to."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.vpn_gateway import VPCGatewayAttachment

from localaws.moto_mixins import ErrorReply


class VpnGateways(EC2Backend):
    """moto's VPN gateways, which propagate no routes."""

    def enable_vgw_route_propagation(self, gateway_id: str, route_table_id: str) -> None:
        """Raises Gateway.NotAttached, for which Terraform tries again."""
        table: Any = self.get_route_table(route_table_id)
        attachment = self.get_vpn_gateway(gateway_id).attachments.get(table.vpc_id)
        if attachment is None or attachment.state != "attached":
            raise ErrorReply(
                "Gateway.NotAttached",
                f"resource {gateway_id} is not attached to network {table.vpc_id}",
            )
        self._stop_propagation(table, gateway_id)
        table.propagating_vgws.append({"GatewayId": gateway_id})

    def disable_vgw_route_propagation(self, gateway_id: str, route_table_id: str) -> None:
        self.get_vpn_gateway(gateway_id)
        self._stop_propagation(self.get_route_table(route_table_id), gateway_id)

    def detach_vpn_gateway(self, vpn_gateway_id: str, vpc_id: str) -> VPCGatewayAttachment:
        """A gateway that is detached propagates nothing in the VPC any more."""
        attachment = super().detach_vpn_gateway(vpn_gateway_id, vpc_id)
        for table in self.route_tables.values():
            if table.vpc_id == vpc_id:
                self._stop_propagation(table, vpn_gateway_id)
        return attachment

    @staticmethod
    def _stop_propagation(table: Any, gateway_id: str) -> None:
        gateways = getattr(table, "propagating_vgws", [])
        table.propagating_vgws = [each for each in gateways if each["GatewayId"] != gateway_id]
