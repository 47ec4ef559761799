# SPDX-License-Identifier: Apache-2.0
"""The one-way bridge from ECS to Cloud Map: it submits operations and keeps no state.

Source: ECS developer guide, "Use service discovery to connect Amazon ECS services with DNS names".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.ecs.models import TaskDefinition
from moto.servicediscovery.models import servicediscovery_backends

from localaws.cloudmap.backend import CloudMap
from localaws.cloudmap.errors import (
    CustomHealthNotFound,
    DuplicateRequest,
    InstanceNotFound,
    ServiceNotFound,
)
from localaws.cloudmap.operations import Operation

REGISTRY_ARN = re.compile(
    r"arn:[\w-]+:servicediscovery:(?P<region>[\w-]+):(?P<account>\d{12}):service/.+"
)


@dataclass(frozen=True, kw_only=True)
class TaskInstance:
    """What ECS registers of a task in Cloud Map."""

    id: str
    """The id of the task, which becomes the id of the instance."""
    private_address: str
    availability_zone: str
    cluster_name: str
    service_name: str
    family: str
    """The family of the task definition."""
    has_health_check: bool
    """Whether a container of the task has a health check."""
    ec2_instance_id: str | None = None
    """The server of a task in bridge or host mode."""
    host_ports: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """The host's port of each container and port, in bridge and host mode."""
    external_id: str = ""
    """That of the task set."""


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The Cloud Map service that an ECS service registers its tasks in."""

    account_id: str
    region: str
    service_id: str
    port: int | None
    """The port of the service's SRV records, if any; of the container outside awsvpc mode."""
    container: str | None = None
    """The container that has the port, where it is named."""
    container_port: int | None = None
    """The container's port, where another one is registered."""
    registers_port: bool = False
    """Whether instances have a port without SRV records, as for Service Connect."""

    @property
    def _cloud_map(self) -> CloudMap:
        return cast(CloudMap, servicediscovery_backends[self.account_id][self.region])

    def has_srv_records(self) -> bool:
        """Returns whether the service's DNS records have the type SRV, which needs a port.

        Raises ServiceNotFound when the Cloud Map service does not exist.
        """
        records = self._cloud_map.get_service(self.service_id).dns_records
        return any(record["Type"] == "SRV" for record in records)

    def register(self, instance: TaskInstance) -> Operation:
        """Submits the registration of a task with the attributes that ECS sets.

        Raises Cloud Map's errors, among them ServiceNotFound and ResourceLimitExceeded.
        """
        attributes = {
            "AVAILABILITY_ZONE": instance.availability_zone,
            "AWS_INSTANCE_IPV4": instance.private_address,
            "ECS_CLUSTER_NAME": instance.cluster_name,
            "ECS_SERVICE_NAME": instance.service_name,
            "ECS_TASK_DEFINITION_FAMILY": instance.family,
            "REGION": self.region,
        }
        if self._cloud_map.get_service(self.service_id).health_check_custom_config:
            # AWS does not document the status of a task whose health check is still to pass; ours.
            initial = "UNHEALTHY" if instance.has_health_check else "HEALTHY"
            attributes["AWS_INIT_HEALTH_STATUS"] = initial
        if instance.ec2_instance_id:
            attributes["EC2_INSTANCE_ID"] = instance.ec2_instance_id
        if instance.external_id:
            attributes["ECS_TASK_SET_EXTERNAL_ID"] = instance.external_id
        if self.registers_port or self.has_srv_records():
            key = (str(self.container), int(self.container_port or self.port or 0))
            attributes["AWS_INSTANCE_PORT"] = str(instance.host_ports.get(key, self.port))
        return self._operation(
            self._cloud_map.register_instance(self.service_id, instance.id, None, attributes)
        )

    def deregister(self, instance_id: str) -> Operation | None:
        """Submits the deregistration of an instance.

        Returns None when Cloud Map does not have the instance, and the operation of another
        client when that is in progress on the instance.
        """
        try:
            operation_id = self._cloud_map.deregister_instance(self.service_id, instance_id)
        except (InstanceNotFound, ServiceNotFound):
            return None
        except DuplicateRequest as error:
            operation_id = error.duplicate_operation_id
        return self._operation(operation_id)

    def report(self, instance_id: str, status: str) -> None:
        """Sets an instance's custom health status, where Cloud Map keeps one."""
        with suppress(CustomHealthNotFound, InstanceNotFound, ServiceNotFound):
            self._cloud_map.update_instance_custom_health_status(
                self.service_id, instance_id, status
            )

    def _operation(self, operation_id: str) -> Operation:
        return self._cloud_map.ledger.get(operation_id)


def find_registry(
    service_registries: Sequence[Mapping[str, Any]],
    account_id: str,
    region: str,
    definition: TaskDefinition,
) -> Registry | None:
    """Returns the registry that a service's `serviceRegistries` name, or None for an empty list.

    Raises the errors of CreateService: more than one registry, a malformed ARN (text: AWS
    provider issue 4373), an ARN of no service (text: issue 17386), a port that is missing or
    that no container has, and outside awsvpc mode anything but SRV records of a container's port.
    """
    if not service_registries:
        return None
    if len(service_registries) > 1:
        raise InvalidParameterException("Only 1 service registry is supported.")
    given = service_registries[0]
    arn = str(given.get("registryArn", ""))
    parts = REGISTRY_ARN.fullmatch(arn)
    if parts is None:
        raise InvalidParameterException(
            f"The format of the supplied service registry ARN is invalid: {arn}"
        )
    registry = Registry(
        account_id=parts["account"],
        region=parts["region"],
        service_id=arn.rsplit("/", 1)[-1],
        port=_registered_port(given, definition.container_definitions),
        container=given.get("containerName"),
    )
    try:
        if (registry.account_id, registry.region) != (account_id, region):
            raise ServiceNotFound("The registry is in another account or region.")
        needs_port = registry.has_srv_records()
    except ServiceNotFound as error:
        raise EcsClientException(
            'The service registry could not be validated. Route 53 error: "ServiceNotFound."'
        ) from error
    if definition.network_mode == "none":
        raise InvalidParameterException(
            "Service registries are not supported in network mode none."
        )
    if definition.network_mode != "awsvpc" and not (needs_port and registry.container):
        raise InvalidParameterException(
            f"In network mode {definition.network_mode} a service registry needs SRV records, "
            "containerName and containerPort."
        )
    if needs_port and registry.port is None:
        raise InvalidParameterException(
            "A service registry with SRV records needs port, or containerName and containerPort."
        )
    return registry


def _registered_port(
    given: Mapping[str, Any], containers: Sequence[Mapping[str, Any]]
) -> int | None:
    """Returns `port`, or `containerPort` when the container `containerName` has that port."""
    name, container_port = given.get("containerName"), given.get("containerPort")
    if name is None and container_port is None:
        return given.get("port")
    if name is None or container_port is None or given.get("port"):
        raise InvalidParameterException(
            "A service registry takes either port or both of containerName and containerPort."
        )
    ports = {
        container["name"]: [mapping["containerPort"] for mapping in container["portMappings"]]
        for container in containers
    }
    if name not in ports:
        raise InvalidParameterException(
            f"The container {name} does not exist in the task definition."
        )
    if container_port not in ports[name]:
        raise InvalidParameterException(
            f"The container {name} did not have a container port {container_port} defined."
        )
    return int(container_port)
