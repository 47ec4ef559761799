# SPDX-License-Identifier: Apache-2.0
"""The bridge from ECS to Cloud Map: one way, and it keeps nothing.

Source: ECS developer guide, "Use service discovery to connect Amazon ECS services with DNS names".
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.servicediscovery.models import servicediscovery_backends

from localaws.cloudmap.backend import CloudMap
from localaws.cloudmap.errors import (
    CustomHealthNotFound,
    DuplicateRequest,
    InstanceNotFound,
    ServiceNotFound,
)
from localaws.cloudmap.operations import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localaws.ecs.tasks import FargateTask

ARN = re.compile(r"arn:[\w-]+:servicediscovery:(?P<region>[\w-]+):(?P<account>\d{12}):service/.+")


@dataclass(frozen=True)
class Registry:
    """The Cloud Map service that an ECS service registers its tasks in."""

    account_id: str
    region: str
    service_id: str
    port: int | None
    """Only for SRV records."""

    @property
    def _cloud_map(self) -> CloudMap:
        return cast(CloudMap, servicediscovery_backends[self.account_id][self.region])

    @property
    def has_srv(self) -> bool:
        """Whether its instances have SRV records, which name a port. Raises ServiceNotFound."""
        records = self._cloud_map.get_service(self.service_id).dns_records
        return any(record["Type"] == "SRV" for record in records)

    def register(self, task: FargateTask) -> Operation:
        """Submit the registration of a task under its id, with the attributes that ECS sets.

        Raises Cloud Map's errors: the service is gone, or it is full.
        """
        attributes = {
            "AVAILABILITY_ZONE": task.availability_zone,
            "AWS_INSTANCE_IPV4": task.private_address,
            "ECS_CLUSTER_NAME": task.cluster_name,
            "ECS_SERVICE_NAME": task.service_name,
            "ECS_TASK_DEFINITION_FAMILY": task.family,
            "REGION": self.region,
        }
        if self._cloud_map.get_service(self.service_id).health_check_custom_config:
            # A choice: a task with a container health check begins as UNHEALTHY.
            initial = "UNHEALTHY" if task.has_health_check else "HEALTHY"
            attributes["AWS_INIT_HEALTH_STATUS"] = initial
        if self.has_srv:
            attributes["AWS_INSTANCE_PORT"] = str(self.port)
        return self._submitted(
            self._cloud_map.register_instance(self.service_id, task.id, None, attributes)
        )

    def deregister(self, task: FargateTask) -> Operation | None:
        """Submit the removal of a task; None when it is not registered.

        When somebody else's operation on the instance is in progress it is that one.
        """
        try:
            operation_id = self._cloud_map.deregister_instance(self.service_id, task.id)
        except (InstanceNotFound, ServiceNotFound):
            return None
        except DuplicateRequest as error:
            operation_id = error.duplicate_operation_id
        return self._submitted(operation_id)

    def set_healthy(self, task: FargateTask) -> None:
        """Push that the task's containers passed their health checks, if anybody wants to know."""
        with suppress(CustomHealthNotFound, InstanceNotFound, ServiceNotFound):
            self._cloud_map.update_instance_custom_health_status(
                self.service_id, task.id, "HEALTHY"
            )

    def _submitted(self, operation_id: str) -> Operation:
        return self._cloud_map.ledger.get(operation_id)


def registry_of(
    service_registries: Sequence[Mapping[str, Any]],
    account_id: str,
    region: str,
    containers: Sequence[Mapping[str, Any]],
) -> Registry | None:
    """The registry that a service's `serviceRegistries` name, or None for an empty list.

    Raises the errors of CreateService: more than one registry, a malformed ARN (text: AWS
    provider issue 4373), an ARN of no service (text: issue 17386), a port that is missing or
    that no container has.
    """
    if not service_registries:
        return None
    if len(service_registries) > 1:
        raise InvalidParameterException("Only 1 service registry is supported.")
    given = service_registries[0]
    arn = str(given.get("registryArn", ""))
    parts = ARN.fullmatch(arn)
    if parts is None:
        raise InvalidParameterException(
            f"The format of the supplied service registry ARN is invalid: {arn}"
        )
    registry = Registry(
        account_id=parts["account"],
        region=parts["region"],
        service_id=arn.rsplit("/", 1)[-1],
        port=_port(given, containers),
    )
    try:
        if (registry.account_id, registry.region) != (account_id, region):
            raise ServiceNotFound("The registry is in another account or region.")
        has_srv = registry.has_srv
    except ServiceNotFound as error:
        raise EcsClientException(
            'The service registry could not be validated. Route 53 error: "ServiceNotFound."'
        ) from error
    if has_srv and registry.port is None:
        raise InvalidParameterException(
            "A service registry with SRV records needs port, or containerName and containerPort."
        )
    return registry


def _port(given: Mapping[str, Any], containers: Sequence[Mapping[str, Any]]) -> int | None:
    """The port to register: `port`, or `containerPort` of the container `containerName`."""
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
