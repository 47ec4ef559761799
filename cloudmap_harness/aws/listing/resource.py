# SPDX-License-Identifier: Apache-2.0
"""What the listings return, and the names that they look for."""

from dataclasses import dataclass
from enum import StrEnum


class ResourceKind(StrEnum):
    """The kinds of resources that are listed, in the order in which they can be deleted."""

    ECS_SERVICE = "ECS service"
    ECS_TASK = "ECS task"
    ECS_CLUSTER = "ECS cluster"
    TASK_DEFINITION = "task definition"
    CLOUD_MAP_INSTANCE = "Cloud Map instance"
    CLOUD_MAP_SERVICE = "Cloud Map service"
    CLOUD_MAP_NAMESPACE = "Cloud Map namespace"
    RECORD = "A record"
    HOSTED_ZONE = "hosted zone"
    NETWORK_INTERFACE = "network interface"
    SECURITY_GROUP = "security group"
    SUBNET = "subnet"
    VPC = "VPC"


@dataclass(frozen=True)
class Resource:
    """A resource that exists in the account."""

    kind: ResourceKind
    id: str
    """The id or the ARN that AWS's own commands take."""
    name: str = ""
    """Empty when the listing has no name."""
    deployment: str = ""
    """The tag Deployment; empty when the resource has none or was found by its name."""
    delete_command: str = ""
    """The AWS CLI's command; empty for a resource that AWS deletes together with another."""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True)
class ResourceNames:
    """The names of a deployment's resources, and the network interfaces that its tasks had."""

    cluster: str
    ecs_service: str
    family: str
    namespace: str
    service: str
    security_group: str
    network_interfaces: frozenset[str] = frozenset()
