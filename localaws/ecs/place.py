# SPDX-License-Identifier: Apache-2.0
"""Where a task runs: its network interface, its container instance, the host's ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from localaws.ecs.container_instances import ContainerInstance
from localaws.ecs.task_needs import PortMapping


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a task runs."""

    interface: NetworkInterface | None = None
    """The task's own, in awsvpc mode."""
    instance: ContainerInstance | None = None
    """None on Fargate."""
    host_ports: Mapping[PortMapping, int] = field(default_factory=dict)
    """The host's port of each port mapping, in bridge and host mode."""

    @property
    def availability_zone(self) -> str:
        if self.interface:
            return str(self.interface.availability_zone)
        return self.instance.host.availability_zone if self.instance else ""

    @property
    def vpc_id(self) -> str:
        if self.interface:
            return str(self.interface.vpc_id)
        return self.instance.host.vpc_id if self.instance else ""

    @property
    def private_address(self) -> str:
        """The address of the interface, or of the host."""
        if self.interface:
            return str(self.interface.private_ip_address)
        return self.instance.host.private_address if self.instance else ""
