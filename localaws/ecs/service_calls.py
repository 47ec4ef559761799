# SPDX-License-Identifier: Apache-2.0
"""ECS's Fargate services: created, changed, deleted; the scheduler does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from moto.ecs.exceptions import ECSException, InvalidParameterException

from localaws.ecs.cluster_calls import AnyService, Params
from localaws.ecs.deployments import Deployment
from localaws.ecs.placement import refuse_bad_network
from localaws.ecs.registry import registry_of
from localaws.ecs.services import FargateService
from localaws.ecs.task_calls import TaskCalls, platform_version

MAX_SERVICES = 5000
"""Services in a cluster, a quota [developer guide, "Service quotas"]."""

MAX_TASKS, MAX_TASKS_WITH_DISCOVERY = 5000, 1000
"""Tasks in a service, quotas [developer guide, "Service quotas" and "Service discovery"]."""

NOT_HERE = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
"""Parameters that would have effects which this endpoint does not have."""

DEPLOYING = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "capacityProviderStrategy",
)
"""Parameters of UpdateService that begin a deployment when they change; desiredCount does not."""


class ServiceCalls(TaskCalls):
    """The calls that concern services."""

    def create_fargate_service(self, params: Params) -> FargateService:
        """Create a service; the scheduler starts its tasks."""
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
        deployment = self._deployment(params)
        service = FargateService(
            backend=self, cluster=cluster, params=params, deployment=deployment
        )
        self.services[key] = service
        self.count_tasks(cluster)
        return service

    def _deployment(self, params: Params) -> Deployment:
        """A deployment of what the parameters ask for. Raises CreateService's errors."""
        definition = self.active_task_definition(params["taskDefinition"])
        network = params.get("networkConfiguration")
        registries = params.get("serviceRegistries") or []
        refuse_bad_network(self.ec2, network)
        return Deployment(
            definition=definition,
            launch_type=params.get("launchType"),
            capacity_provider_strategy=params.get("capacityProviderStrategy") or [],
            network_configuration=cast(dict[str, Any], network),
            service_registries=registries,
            registry=registry_of(
                registries, self.account_id, self.region_name, definition.container_definitions
            ),
            requested_platform_version=platform_version(params),
        )

    def list_services(
        self,
        cluster_str: str,
        scheduling_strategy: str | None = None,
        launch_type: str | None = None,
    ) -> list[str]:
        """moto: services of any status. AWS: no longer those that are DRAINING or INACTIVE."""
        active = {service.arn for service in self.services.values() if service.status == "ACTIVE"}
        listed = super().list_services(cluster_str, scheduling_strategy, launch_type)
        return [arn for arn in listed if arn in active]

    def fargate_service(self, cluster: str, name: str) -> FargateService | None:
        """The service of this name or ARN, or None when it is not one of ours."""
        service = self._get_service(cluster, name.rsplit("/", 1)[-1])
        return service if isinstance(service, FargateService) else None

    def update_fargate_service(self, service: FargateService, params: Params) -> FargateService:
        """Change a service; what changes its tasks begins a deployment."""
        if service.status != "ACTIVE":
            raise ECSException("ServiceNotActiveException", "Service was not ACTIVE.")
        _refuse_unsupported(params)
        current = self._shown(service)
        wanted = current | {key: params[key] for key in DEPLOYING if key in params}
        if "taskDefinition" in params:
            wanted["taskDefinition"] = self.active_task_definition(params["taskDefinition"]).arn
        _refuse_over_quota(params, wanted["serviceRegistries"])
        if wanted != current or params.get("forceNewDeployment"):
            service.begin(self._deployment(wanted))
        if params.get("desiredCount") is not None:
            service.desired_count = params["desiredCount"]
        if "deploymentConfiguration" in params:
            service.deployment_configuration |= params["deploymentConfiguration"]
        for key, attribute in (
            ("availabilityZoneRebalancing", "availability_zone_rebalancing"),
            ("enableECSManagedTags", "enable_ecs_managed_tags"),
            ("enableExecuteCommand", "enable_execute_command"),
            ("healthCheckGracePeriodSeconds", "health_check_grace_period_seconds"),
            ("propagateTags", "propagate_tags"),
        ):
            if params.get(key) is not None:
                setattr(service, attribute, params[key])
        return service

    @staticmethod
    def _shown(service: FargateService) -> dict[str, Any]:
        """What a deployment of the service would be made from now."""
        return {
            "taskDefinition": service.task_definition,
            "networkConfiguration": service.network_configuration,
            "platformVersion": service.platform_version,
            "serviceRegistries": service.service_registries,
            "launchType": service.launch_type,
            "capacityProviderStrategy": service.capacity_provider_strategy,
        }

    def delete_service(  # type: ignore[override]
        self, cluster_name: str, service_name: str, force: bool
    ) -> AnyService:
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
    """What Fargate does not have is refused as AWS does, what this endpoint does not have too."""
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
    for key in NOT_HERE:
        if params.get(key, {"enabled": False}) not in ([], {"enabled": False}):
            raise NotImplementedError(f"This endpoint has no {key} for services.")
    controller = params.get("deploymentController", {}).get("type", "ECS")
    if controller != "ECS":
        raise NotImplementedError(f"This endpoint has no deployment controller {controller}.")


def _refuse_over_quota(params: Params, registries: Sequence[Any] | None) -> None:
    what, quota = "A service", MAX_TASKS
    if registries:
        what, quota = "A service with service discovery", MAX_TASKS_WITH_DISCOVERY
    if (params.get("desiredCount") or 0) > quota:
        raise InvalidParameterException(f"{what} can have {quota} tasks.")
