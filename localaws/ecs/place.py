# SPDX-License-Identifier: Apache-2.0
"""Where a task runs: its network interface, its container instance, the host's ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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

    def port_of(self, container: str | None, container_port: int) -> int:
        """Returns a container's port at this address: the host's, in bridge and host mode."""
        for mapping, port in self.host_ports.items():
            if (mapping.container, mapping.container_port) == (container, container_port):
                return port
        return container_port


class PublishedPort(NamedTuple):
    """A TCP port that a task listens on, and the container behind it."""

    port: int
    image: str
    container: str


def published_ports(definitions: Sequence[Mapping[str, Any]], place: Place) -> list[PublishedPort]:
    """Returns the TCP ports of the task's address."""
    images = {definition["name"]: definition["image"] for definition in definitions}
    if place.interface is None:
        return [
            PublishedPort(port, images[mapping.container], mapping.container)
            for mapping, port in place.host_ports.items()
            if mapping.protocol == "tcp"
        ]
    return [
        PublishedPort(mapping["containerPort"], definition["image"], definition["name"])
        for definition in definitions
        for mapping in definition["portMappings"]
        if mapping.get("protocol", "tcp") == "tcp" and "containerPort" in mapping
    ]
