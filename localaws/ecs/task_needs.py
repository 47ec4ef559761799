# SPDX-License-Identifier: Apache-2.0
"""What a task takes of a container instance: CPU units, MiB of memory, ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.ecs.models import TaskDefinition

UNITS = {"vcpu": 1024, "gb": 1024}
"""A vCPU in CPU units, a GB in MiB; sizes can be given as "1 vCPU" and "2 GB"."""


@dataclass(frozen=True)
class PortMapping:
    """A port that a container publishes outside awsvpc mode; `host_port` is 0 for any."""

    container: str
    container_port: int
    host_port: int
    protocol: str


@dataclass(frozen=True)
class TaskNeeds:
    """What a container instance must have left for a task."""

    cpu: int
    memory: int
    """MiB."""
    ports: tuple[PortMapping, ...]


def task_needs(definition: TaskDefinition) -> TaskNeeds:
    """Returns what a task of the definition takes.

    A container reserves its soft limit, memoryReservation, when it has one [API reference,
    ContainerDefinition.memory].
    """
    containers: list[dict[str, Any]] = definition.container_definitions
    reserved = (each.get("memoryReservation") or each.get("memory") or 0 for each in containers)
    return TaskNeeds(
        cpu=_size(definition.cpu) or sum(each.get("cpu") or 0 for each in containers),
        memory=_size(definition.memory) or sum(reserved),
        ports=tuple(_port_mappings(definition, containers)),
    )


def _size(text: str | None) -> int:
    """Returns a task's size: `256`, `1 vCPU` and `0.5 GB` are all accepted."""
    number, _, unit = str(text or "0").strip().lower().partition(" ")
    return int(float(number) * UNITS.get(unit.strip(), 1))


def _port_mappings(
    definition: TaskDefinition, containers: list[dict[str, Any]]
) -> list[PortMapping]:
    if definition.network_mode not in ("bridge", "host"):
        return []
    on_host = definition.network_mode == "host"
    return [
        PortMapping(
            container=container["name"],
            container_port=mapping["containerPort"],
            host_port=mapping["containerPort"] if on_host else mapping.get("hostPort") or 0,
            protocol=mapping.get("protocol") or "tcp",
        )
        for container in containers
        for mapping in container["portMappings"]
        if "containerPort" in mapping
    ]
