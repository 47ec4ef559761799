# SPDX-License-Identifier: Apache-2.0
"""A VPC by its Name tag, in the default account: what a resolver and a bastion need of it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import cast

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.vpcs import VPC
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from moto.utilities.utils import get_partition

from localaws.ec2 import EC2
from localaws.ecs.backend import Ecs
from localaws.load_balancers import LoadBalancers
from localaws.route53 import HostedZones
from localaws.routes import Route
from localaws.vpc.resolution import Zones
from localaws.vpc.security_groups import network

BASTION_OFFSET = 10
"""The bastion's address, counted from the VPC's first: 10.0.0.10 in 10.0.0.0/16."""


@dataclass(frozen=True)
class NamedVpc:
    """A VPC with a Name tag. Each property reads the present state, in which it may be missing."""

    region: str
    name: str

    @property
    def _ec2(self) -> EC2:
        return cast(EC2, ec2_backends[DEFAULT_ACCOUNT_ID][self.region])

    @property
    def current(self) -> VPC | None:
        """The VPC, or None when no VPC has the name."""
        return self._ec2.vpc_named(self.name)

    @property
    def bastion_address(self) -> ipaddress.IPv4Address | None:
        """The address by which security groups judge the bastion; None without a VPC."""
        vpc = self.current
        return network(vpc.cidr_block)[BASTION_OFFSET] if vpc else None

    def contains(self, address: ipaddress.IPv4Address) -> bool:
        """Whether the address is in the VPC's range."""
        vpc = self.current
        return vpc is not None and address in network(vpc.cidr_block)

    def interface(self, address: str) -> NetworkInterface | None:
        """The network interface with this private address in the VPC."""
        vpc = self.current
        return self._ec2.interface_at(vpc.id, address) if vpc else None

    def route(self, host: str, port: int, path: str) -> Route | None:
        """Where a load balancer of this DNS name sends a request; None without a listener."""
        balancers = elbv2_backends[DEFAULT_ACCOUNT_ID][self.region]
        return cast(LoadBalancers, balancers).route(host, port, path)

    def source(self, task_id: str) -> Route | None:
        """A running task as the source of a connection; None when there is no such task."""
        task = self._ecs.running_task(task_id)
        return self._ecs.source(task) if task else None

    def connection(self, task_id: str, host: str, port: int) -> Route | None:
        """Where Service Connect leads a task; None when the host and port are no alias to it."""
        task = self._ecs.running_task(task_id)
        return self._ecs.connection(task, host, port) if task else None

    @property
    def _ecs(self) -> Ecs:
        return cast(Ecs, ecs_backends[DEFAULT_ACCOUNT_ID][self.region])

    @property
    def private_zones(self) -> Zones | None:
        """The private hosted zones that the VPC is associated with; needs no lock.

        None with DNS support or DNS hostnames off: the zones answer only with both on [Route 53
        developer guide, "Considerations when working with a private hosted zone"].
        """
        vpc = self.current
        if vpc is None or not (_is_on(vpc.enable_dns_support) and _is_on(vpc.enable_dns_hostnames)):
            return None
        route53 = route53_backends[DEFAULT_ACCOUNT_ID][get_partition(self.region)]
        return cast(HostedZones, route53).zones_by_vpc.get(vpc.id, {})


def _is_on(attribute: object) -> bool:
    """moto keeps what ModifyVpcAttribute was sent, which may be text."""
    return str(attribute).lower() == "true"
