# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern services: they change what a service asks for; the scheduler acts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.ecs.exceptions import ECSException, InvalidParameterException
from moto.ecs.models import Service

from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.fargate import Params, requested_platform_version
from localaws.ecs.placement import validate_network
from localaws.ecs.registry import find_registry
from localaws.ecs.service_linked_role import service_linked_role_arn
from localaws.ecs.services import FargateService
from localaws.ecs.state import AnyService, EcsState

MAX_SERVICES = 5000
"""The quota of services in a cluster [developer guide, "Service quotas"]."""

MAX_TASKS, MAX_TASKS_WITH_DISCOVERY = 5000, 1000
"""The quotas of tasks in a service [developer guide, "Service quotas" and "Service discovery"]."""

UNSUPPORTED_PARAMETERS = (
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Parameters of AWS whose effects the embedded endpoint does not have."""

DEPLOYMENT_PARAMETERS = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "capacityProviderStrategy",
)
"""Parameters of UpdateService that begin a deployment when they change; desiredCount does not."""


class ServiceCalls(EcsState):
    """Creates, updates, lists and deletes services."""

    def create_fargate_service(self, params: Params) -> FargateService:
        """Creates a service without tasks. Raises the errors of CreateService."""
        cluster = self.active_cluster(params.get("cluster", "default"))
        key = f"{cluster.name}:{params['serviceName']}"
        existing = self.services.get(key)
        if existing and existing.status == "DRAINING":
            raise InvalidParameterException("Unable to Start a service that is still Draining.")
        if existing and existing.status == "ACTIVE":
            token = params.get("clientToken")
            if isinstance(existing, FargateService) and token and existing.client_token == token:
                return existing
            raise InvalidParameterException("Creation of service was not idempotent.")
        if len(self.active_services(cluster)) >= MAX_SERVICES:
            raise InvalidParameterException(f"A cluster can have {MAX_SERVICES} services.")
        _refuse_unsupported(params)
        _refuse_over_quota(params, params.get("serviceRegistries"))
        service = FargateService(
            params,
            arn=self.arn(f"service/{cluster.name}/{params['serviceName']}"),
            cluster=cluster,
            created_by=self.root_arn,
            role_arn=service_linked_role_arn(self.account_id),
            deployment=self._new_deployment(params),
        )
        self.services[key] = service
        self.refresh_counts(cluster)
        return service

    def _new_deployment(self, params: Params) -> EcsDeployment:
        """Returns a deployment of what the parameters ask for. Raises CreateService's errors."""
        definition = self.active_task_definition(params["taskDefinition"])
        network = validate_network(self.ec2, params.get("networkConfiguration"))
        registries = params.get("serviceRegistries") or []
        return EcsDeployment(
            definition=definition,
            launch_type=params.get("launchType"),
            capacity_provider_strategy=params.get("capacityProviderStrategy") or [],
            network_configuration=network,
            service_registries=registries,
            registry=find_registry(
                registries, self.account_id, self.region_name, definition.container_definitions
            ),
            requested_platform_version=requested_platform_version(params),
        )

    def list_services(
        self,
        cluster_str: str,
        scheduling_strategy: str | None = None,
        launch_type: str | None = None,
    ) -> list[str]:
        """moto: lists services of any status. AWS: leaves out DRAINING and INACTIVE ones."""
        active = {service.arn for service in self.services.values() if service.status == "ACTIVE"}
        listed = super().list_services(cluster_str, scheduling_strategy, launch_type)
        return [arn for arn in listed if arn in active]

    def describe_services(
        self, cluster_str: str, service_names_or_arns: list[str]
    ) -> tuple[list[Service], list[dict[str, str]]]:
        """A deleted service that waits for no task is INACTIVE when somebody looks.

        The AWS provider looks at once, and again only a second later.
        """
        services, failures = super().describe_services(cluster_str, service_names_or_arns)
        for service in services:
            if isinstance(service, FargateService):
                service.end_draining()
        return services, failures

    def update_fargate_service(self, service: FargateService, params: Params) -> FargateService:
        """Changes a service, with a new deployment when that changes the service's tasks.

        Raises the errors of UpdateService.
        """
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        _refuse_unsupported(params)
        current = service.deployment_params
        wanted = current | {key: params[key] for key in DEPLOYMENT_PARAMETERS if key in params}
        if "taskDefinition" in params:
            wanted["taskDefinition"] = self.active_task_definition(params["taskDefinition"]).arn
        _refuse_over_quota(params, wanted["serviceRegistries"])
        if wanted != current or params.get("forceNewDeployment"):
            service.make_primary(self._new_deployment(wanted))
        service.update(params)
        return service

    def delete_service(  # type: ignore[override]
        self, cluster_name: str, service_name: str, force: bool
    ) -> AnyService:
        """moto: the service is INACTIVE at once. AWS: it is DRAINING until its tasks are gone."""
        service = self.fargate_service(cluster_name, service_name)
        if service is None:
            return super().delete_service(cluster_name, service_name, force)
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        if not force and service.desired_count > 0:
            raise InvalidParameterException(
                "The service cannot be stopped while it is scaled above 0."
            )
        if not force and len(service.deployments) > 1:
            raise InvalidParameterException(
                "The service cannot be stopped while deployments are active."
            )
        service.drain()
        return service


def _refuse_unsupported(params: Params) -> None:
    """Raises AWS's errors for what Fargate lacks, NotImplementedError for what we lack."""
    if params.get("schedulingStrategy") == "DAEMON":
        raise InvalidParameterException(
            "The daemon scheduling strategy is not supported on Fargate."
        )
    for key, name in (
        ("placementConstraints", "Placement constraints"),
        ("placementStrategy", "Placement strategies"),
    ):
        if params.get(key):
            raise InvalidParameterException(f"{name} are not supported with FARGATE launch type.")
    for key in UNSUPPORTED_PARAMETERS:
        if params.get(key, {"enabled": False}) not in ([], {"enabled": False}):
            raise NotImplementedError(f"This endpoint has no {key} for services.")
    controller = params.get("deploymentController", {}).get("type", "ECS")
    if controller != "ECS":
        raise NotImplementedError(f"This endpoint has no deployment controller {controller}.")


def _refuse_over_quota(params: Params, registries: Sequence[Any] | None) -> None:
    """Raises InvalidParameterException when the desired count exceeds the service's quota."""
    what, quota = "A service", MAX_TASKS
    if registries:
        what, quota = "A service with service discovery", MAX_TASKS_WITH_DISCOVERY
    if (params.get("desiredCount") or 0) > quota:
        raise InvalidParameterException(f"{what} can have {quota} tasks.")
