# SPDX-License-Identifier: Apache-2.0
"""EC2's requests for networks: parameters that moto drops."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

from localaws.subnets import Subnets
from localaws.vpc_endpoints import VpcEndpoints, set_endpoint_options

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
        given = {name: self.params[name] for name in LAUNCH_ATTRIBUTES if name in self.params}
        new = {
            name: value["Value"] if isinstance(value, dict) else value
            for name, value in given.items()
        }
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
