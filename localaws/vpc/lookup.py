# SPDX-License-Identifier: Apache-2.0
"""A VPC of any account and region: what a resolver and a bastion need of it."""

from __future__ import annotations

import ipaddress
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, cast

from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.vpcs import VPC
from moto.ecs.models import ecs_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from moto.utilities.utils import get_partition

from localaws.ec2 import EC2
from localaws.ecs.backend import Ecs
from localaws.ecs.tasks import EcsTask
from localaws.load_balancers import LoadBalancers
from localaws.route53 import HostedZones
from localaws.routes import Balanced, Peer, Targets
from localaws.vpc.resolution import Zones
from localaws.vpc.security_groups import network

BASTION_OFFSET = 10
"""The bastion's address, counted from the VPC's first: 10.0.0.10 in 10.0.0.0/16."""


@dataclass(frozen=True)
class Vpc(ABC):
    """A VPC of one account and region. Each property reads the present state.

    Nothing here makes a backend of moto's: to ask for a VPC of an account that was reset must not
    give that account a network.
    """

    account_id: str
    region: str

    @property
    @abstractmethod
    def current(self) -> VPC | None:
        """The VPC, or None when there is none now."""

    @property
    def vpc_id(self) -> str | None:
        """Its id; None when there is no such VPC now."""
        vpc = self.current
        return str(vpc.id) if vpc else None

    @property
    def _ec2(self) -> EC2 | None:
        return cast(EC2 | None, _backend(ec2_backends, self.account_id, self.region))

    @property
    def tag_name(self) -> str | None:
        """The VPC's Name tag."""
        vpc, ec2 = self.current, self._ec2
        return ec2.tags.get(vpc.id, {}).get("Name") if vpc and ec2 else None

    @property
    def bastion_address(self) -> ipaddress.IPv4Address | None:
        """The address by which security groups judge the bastion; None without a VPC."""
        vpc = self.current
        return network(vpc.cidr_block)[BASTION_OFFSET] if vpc else None

    def contains(self, address: ipaddress.IPv4Address) -> bool:
        """Whether the address is in one of the VPC's ranges: it may have five."""
        vpc = self.current
        ranges = vpc.get_cidr_block_association_set() if vpc else []
        return any(
            address in network(each["cidr_block"])
            for each in ranges
            if each["cidr_block_state"]["state"] == "associated"
        )

    def interface(self, address: str) -> NetworkInterface | None:
        """The network interface with this private address in the VPC."""
        vpc, ec2 = self.current, self._ec2
        return ec2.interface_at(vpc.id, address) if vpc and ec2 else None

    def route(self, name: str, host: str, port: int, path: str) -> Balanced | None:
        """Where a load balancer of this DNS name sends a request for a host; None without one."""
        vpc, balancers = self.current, _backend(elbv2_backends, self.account_id, self.region)
        if vpc is None or balancers is None:
            return None
        return cast(LoadBalancers, balancers).route(vpc.id, name, host, port, path)

    def source(self, name: str) -> Peer | None:
        """A running task in the VPC, by its id or ARN, as one who connects; None without it."""
        ecs, task = self._ecs, self._task(name)
        return ecs.source(task) if ecs and task else None

    def connection(self, name: str, host: str, port: int) -> Targets | None:
        """Where Service Connect leads a task; None when the host and port are no alias to it."""
        ecs, task = self._ecs, self._task(name)
        return ecs.connection(task, host, port) if ecs and task else None

    def _task(self, name: str) -> EcsTask | None:
        vpc, ecs = self.current, self._ecs
        task = ecs.running_task(name) if ecs else None
        return task if vpc and task and task.vpc_id == vpc.id else None

    @property
    def _ecs(self) -> Ecs | None:
        return cast(Ecs | None, _backend(ecs_backends, self.account_id, self.region))

    @property
    def private_zones(self) -> Zones | None:
        """The private hosted zones that the VPC is associated with; needs no lock.

        None with DNS support or DNS hostnames off: the zones answer only with both on [Route 53
        developer guide, "Considerations when working with a private hosted zone"].
        """
        vpc = self.current
        if vpc is None or not (_is_on(vpc.enable_dns_support) and _is_on(vpc.enable_dns_hostnames)):
            return None
        partition = get_partition(self.region)
        route53 = cast(HostedZones | None, _backend(route53_backends, self.account_id, partition))
        return route53.zones_by_vpc.get(vpc.id, {}) if route53 else {}


@dataclass(frozen=True)
class VpcOfId(Vpc):
    """A VPC by its id, which no other account or region has."""

    id: str

    @property
    def current(self) -> VPC | None:
        ec2 = self._ec2
        return ec2.vpcs.get(self.id) if ec2 else None


@dataclass(frozen=True)
class VpcOfName(Vpc):
    """The first VPC with a Name tag."""

    name: str

    @property
    def current(self) -> VPC | None:
        ec2 = self._ec2
        return ec2.vpc_named(self.name) if ec2 else None


def _backend(backends: BackendDict[Any], account_id: str, region: str) -> Any:
    """The backend of an account and region, or None; moto's own look-up would make one."""
    of_account = backends.get(account_id)
    return None if of_account is None else of_account.get(region)


def _is_on(attribute: object) -> bool:
    """moto keeps what ModifyVpcAttribute was sent, which may be text."""
    return str(attribute).lower() == "true"
