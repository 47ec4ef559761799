# SPDX-License-Identifier: Apache-2.0
"""The bridge from ECS to Cloud Map: one way, and it keeps nothing.

Source: ECS developer guide, "Use service discovery to connect Amazon ECS services with DNS names".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from moto.ecs.exceptions import EcsClientException, InvalidParameterException
from moto.servicediscovery.models import servicediscovery_backends

from localaws.cloudmap.backend import CloudMap
from localaws.cloudmap.errors import InstanceNotFound, ServiceNotFound
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
        if self.port:
            attributes["AWS_INSTANCE_PORT"] = str(self.port)
        return self._submitted(
            self._cloud_map.register_instance(self.service_id, task.id, None, attributes)
        )

    def deregister(self, task: FargateTask) -> Operation | None:
        """Submit the removal of a task, or None when somebody else has removed it."""
        try:
            operation_id = self._cloud_map.deregister_instance(self.service_id, task.id)
        except (InstanceNotFound, ServiceNotFound):
            return None
        return self._submitted(operation_id)

    def set_healthy(self, task: FargateTask) -> None:
        """Push that the task's containers passed their health checks."""
        if self._cloud_map.get_service(self.service_id).health_check_custom_config:
            self._cloud_map.update_instance_custom_health_status(
                self.service_id, task.id, "HEALTHY"
            )

    def _submitted(self, operation_id: str) -> Operation:
        return self._cloud_map.ledger.get(operation_id)


def registry_of(
    service_registries: Sequence[Mapping[str, str | int]], account_id: str, region: str
) -> Registry | None:
    """The registry that a service's `serviceRegistries` name, or None for an empty list.

    Raises the errors of CreateService: more than one registry, a malformed ARN (text: AWS
    provider issue 4373), an ARN of no service (text: issue 17386).
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
        port=int(given.get("port") or given.get("containerPort") or 0) or None,
    )
    _refuse_unknown(registry, account_id, region)
    return registry


def _refuse_unknown(registry: Registry, account_id: str, region: str) -> None:
    try:
        if (registry.account_id, registry.region) != (account_id, region):
            raise ServiceNotFound("The registry is in another account or region.")
        registry._cloud_map.get_service(registry.service_id)
    except ServiceNotFound as error:
        raise EcsClientException(
            'The service registry could not be validated. Route 53 error: "ServiceNotFound."'
        ) from error
