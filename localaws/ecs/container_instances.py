# SPDX-License-Identifier: Apache-2.0
"""A container instance: an EC2 instance, or a server of the user's own, that runs tasks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance

from localaws import runtime
from localaws.ecs.task_needs import PortMapping, TaskNeeds
from localaws.ecs.task_states import TaskState

AGENT_PORTS = ("22", "2375", "2376", "51678", "51679")
"""The TCP ports that the agent reserves: ssh, Docker's and its own."""

FIRST_EPHEMERAL_PORT = 32768
"""The first port that Docker gives to a container whose host port is 0."""

EXTERNAL_ID = re.compile(r"mi-[0-9a-f]{17}")
"""The id of a server of the user's own, in the place of an EC2 instance's."""

GROUP_TAG = "aws:autoscaling:groupName"

USABLE_MEMORY = 0.93
"""The share of an instance's memory that its agent reports (AWS does not document it; ours)."""

DEFAULT_CPU, DEFAULT_MEMORY = 4096, 7482
"""CPU units and MiB of an instance whose type is unknown, as in moto."""


class HostedTask(Protocol):
    """What a container instance knows of a task on it."""

    @property
    def group(self) -> str: ...
    @property
    def last_status(self) -> TaskState: ...
    @property
    def needs(self) -> TaskNeeds: ...
    @property
    def host_ports(self) -> Mapping[PortMapping, int]: ...


@dataclass(frozen=True, kw_only=True)
class Host:
    """The server below a container instance."""

    id: str
    availability_zone: str
    vpc_id: str
    private_address: str
    attributes: Mapping[str, str]
    cpu: int
    memory: int
    """MiB."""
    group_name: str | None = None
    """The Auto Scaling group that started it."""


def ec2_host(instance: Instance) -> Host:
    """Returns an EC2 instance as the host of a container instance."""
    size = (
        INSTANCE_TYPES[instance.instance_type] if instance.instance_type in INSTANCE_TYPES else {}
    )
    architecture = "arm64" if instance.architecture == "arm64" else "x86_64"
    memory = size.get("MemoryInfo", {}).get("SizeInMiB")
    return Host(
        id=instance.id,
        availability_zone=str(instance.availability_zone),
        vpc_id=str(instance.vpc_id),
        private_address=str(instance.private_ip),
        attributes={
            "ecs.ami-id": instance.image_id,
            "ecs.availability-zone": str(instance.availability_zone),
            "ecs.cpu-architecture": architecture,
            "ecs.instance-type": instance.instance_type,
            "ecs.os-type": "windows" if instance.platform == "windows" else "linux",
            "ecs.subnet-id": str(instance.subnet_id),
            "ecs.vpc-id": str(instance.vpc_id),
        },
        cpu=size.get("VCpuInfo", {}).get("DefaultVCpus", 0) * 1024 or DEFAULT_CPU,
        memory=int(memory * USABLE_MEMORY) if memory else DEFAULT_MEMORY,
        group_name=next(
            (tag["value"] for tag in instance.get_tags() if tag["key"] == GROUP_TAG), None
        ),
    )


def external_host(id_: str) -> Host:
    """Returns a server of the user's own, which is in no VPC."""
    attributes = {"ecs.os-type": "linux", "ecs.cpu-architecture": "x86_64"}
    return Host(
        id=id_,
        availability_zone="",
        vpc_id="",
        private_address="",
        attributes=attributes,
        cpu=DEFAULT_CPU,
        memory=DEFAULT_MEMORY,
    )


class ContainerInstance:
    """One container instance, in the place of moto's; attributes have the API's names."""

    def __init__(
        self,
        host: Host,
        *,
        arn: str,
        cluster_name: str,
        attributes: Mapping[str, str | None],
        tags: list[dict[str, str]],
    ):
        self.host = host
        self.container_instance_arn = arn
        self.id = arn.rsplit("/", 1)[-1]
        self.ec2_instance_id = host.id
        self.cluster_name = cluster_name
        self.status = "ACTIVE"
        self.agent_connected = True
        self.version = 1
        self.version_info = {
            "agentVersion": "1.86.0",
            "agentHash": "4023248",
            "dockerVersion": "DockerVersion: 25.0.3",
        }
        self.attributes: dict[str, str | None] = {**host.attributes, **attributes}
        self.tags = tags
        self.registered_at: datetime = runtime.timestamp()
        self.attachments: list[Any] = []
        self.capacity_provider_name: str | None = None
        self.tasks: dict[str, HostedTask] = {}
        """The tasks that have not stopped, by id."""

    @property
    def is_external(self) -> bool:
        return EXTERNAL_ID.fullmatch(self.host.id) is not None

    @property
    def running_tasks_count(self) -> int:
        return self._count({TaskState.RUNNING})

    @property
    def pending_tasks_count(self) -> int:
        return self._count({TaskState.PROVISIONING, TaskState.PENDING, TaskState.ACTIVATING})

    def _count(self, states: Collection[TaskState]) -> int:
        return sum(task.last_status in states for task in self.tasks.values())

    @property
    def free_cpu(self) -> int:
        """CPU units that no task has."""
        return self.host.cpu - sum(task.needs.cpu for task in self.tasks.values())

    @property
    def free_memory(self) -> int:
        """MiB that no task has."""
        return self.host.memory - sum(task.needs.memory for task in self.tasks.values())

    def taken_ports(self, protocol: str) -> set[int]:
        """The host's ports that the agent or a task has."""
        own = {int(port) for port in AGENT_PORTS} if protocol == "tcp" else set()
        return own | {
            port
            for task in self.tasks.values()
            for mapping, port in task.host_ports.items()
            if mapping.protocol == protocol
        }

    def bind(self, ports: Collection[PortMapping]) -> dict[PortMapping, int]:
        """Returns the host's port of each mapping: the one it asks for, or a free one."""
        taken = {protocol: self.taken_ports(protocol) for protocol in ("tcp", "udp")}
        bound: dict[PortMapping, int] = {}
        for mapping in ports:
            used, port = taken[mapping.protocol], mapping.host_port
            if not port:
                port = FIRST_EPHEMERAL_PORT
                while port in used:
                    port += 1
            used.add(port)
            bound[mapping] = port
        return bound

    @property
    def registered_resources(self) -> list[dict[str, Any]]:
        return _resources(self.host.cpu, self.host.memory, AGENT_PORTS, ())

    @property
    def remaining_resources(self) -> list[dict[str, Any]]:
        tcp, udp = (
            [str(port) for port in sorted(self.taken_ports(protocol))]
            for protocol in ("tcp", "udp")
        )
        return _resources(self.free_cpu, self.free_memory, tcp, udp)


def _resources(
    cpu: int, memory: int, tcp: Collection[str], udp: Collection[str]
) -> list[dict[str, Any]]:
    """Returns resources as the API lists them; ports are those that are taken."""
    numbers = [
        {"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value}
        for name, value in (("CPU", cpu), ("MEMORY", memory))
    ]
    sets = [
        {
            "name": name,
            "type": "STRINGSET",
            "doubleValue": 0.0,
            "longValue": 0,
            "integerValue": 0,
            "stringSetValue": [*ports],
        }
        for name, ports in (("PORTS", tcp), ("PORTS_UDP", udp))
    ]
    return [numbers[0], numbers[1], sets[0], sets[1]]
