# SPDX-License-Identifier: Apache-2.0
"""A service: what the API shows of it, its deployments and its events."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.ecs.models import Cluster, Service, TaskDefinition

from localaws import runtime
from localaws.ecs.capacity import Params
from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.placement import completed_strategies
from localaws.ecs.serializer import SerializedOnce
from localaws.ecs.service_connect import ConnectEndpoint
from localaws.ecs.service_defaults import default_configuration, default_rebalancing
from localaws.ecs.service_deployments import DeploymentHistory
from localaws.ecs.task_sets import EcsTaskSet
from localaws.ecs.tasks import EcsTask
from localaws.ecs.told_service import ToldService

MAX_EVENTS = 100
"""The API keeps the newest events only [API reference, Service.events]."""
TASKS_PER_EVENT = 10
"""Task ids in one event message (AWS does not document this; ours)."""
REPEATED_EVENT_INTERVAL = timedelta(hours=6)
"""A message that repeats the last one is left out for this long [developer guide]."""

PLAIN_UPDATES = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "placementConstraints": "placement_constraints",
    "propagateTags": "propagate_tags",
}
"""Parameters of UpdateService that change one attribute and nothing else."""


class EcsService(ToldService, CloudFormationModel):
    """One service, in the place of moto's Service; attributes have the API's names."""

    # What moto's CloudFormation asks of a service.
    cloudformation_name_type = Service.cloudformation_name_type
    cloudformation_type = Service.cloudformation_type
    create_from_cloudformation_json = Service.create_from_cloudformation_json
    update_from_cloudformation_json = Service.update_from_cloudformation_json
    delete_from_cloudformation_json = Service.delete_from_cloudformation_json
    is_created = Service.is_created
    has_cfn_attr = Service.has_cfn_attr
    get_cfn_attribute = Service.get_cfn_attribute

    def __init__(
        self,
        params: Params,
        *,
        arn: str,
        cluster: Cluster,
        created_by: str,
        role_arn: str | None,
        deployment: EcsDeployment | None,
    ):
        """`deployment` is the first one under the deployment controller ECS."""
        self.arn = arn
        self.name = params["serviceName"]
        self.cluster = cluster
        self.cluster_name = cluster.name
        self.cluster_arn = cluster.arn
        self.client_token = params.get("clientToken")
        self.status = "ACTIVE"
        self._desired_count = int(params.get("desiredCount") or 0)
        self.scheduling_strategy = params.get("schedulingStrategy") or "REPLICA"
        self.deployment_controller = {"type": "ECS", **(params.get("deploymentController") or {})}
        controller, is_daemon = self.deployment_controller["type"], self.is_daemon
        self.deployment_configuration = default_configuration(controller, is_daemon) | (
            params.get("deploymentConfiguration") or {}
        )
        self.placement_constraints: list[dict[str, Any]] = params.get("placementConstraints") or []
        self.placement_strategy = completed_strategies(params.get("placementStrategy") or [])
        self.availability_zone_rebalancing = params.get(
            "availabilityZoneRebalancing"
        ) or default_rebalancing(
            launch_type=deployment.actual_launch_type if deployment else None,
            is_daemon=is_daemon,
            maximum_percent=self.deployment_configuration["maximumPercent"],
            strategy=self.placement_strategy,
        )
        self.health_check_grace_period_seconds = params.get("healthCheckGracePeriodSeconds") or 0
        self.enable_ecs_managed_tags = bool(params.get("enableECSManagedTags"))
        self.enable_execute_command = bool(params.get("enableExecuteCommand"))
        self.propagate_tags = params.get("propagateTags") or "NONE"
        self.tags = params.get("tags") or []
        self.task_sets: list[EcsTaskSet] = []
        """Those of the deployment controllers CODE_DEPLOY and EXTERNAL."""
        self.created_at = runtime.timestamp()
        self.created_by = created_by
        self.role_arn = role_arn
        self.events: list[SerializedOnce] = []
        self.deployments = [deployment] if deployment else []
        """The primary deployment, then the older ones that still have tasks."""
        self.history = DeploymentHistory(arn, cluster.arn)
        self.endpoints: list[ConnectEndpoint] = []
        """What Service Connect has made in Cloud Map for the service."""
        self.last_completed: EcsDeployment | None = None
        """The deployment that the circuit breaker rolls back to."""
        self.failures_seen = 0
        """The primary deployment's consecutive failures at the scheduler's last turn."""
        self.tell_desired()

    @property
    def physical_resource_id(self) -> str:
        """moto's name for the ARN, in its list of tagged resources."""
        return self.arn

    @property
    def primary(self) -> EcsDeployment:
        """The primary deployment, which every service of the deployment controller ECS has."""
        return self.deployments[0]

    @property
    def _shown(self) -> EcsDeployment | None:
        """The deployment, or task set, whose configuration the API shows as the service's."""
        if self.deployments:
            return self.deployments[0]
        return next((each for each in self.task_sets if each.status == "PRIMARY"), None)

    @property
    def is_daemon(self) -> bool:
        return self.scheduling_strategy == "DAEMON"

    @property
    def launch_type(self) -> str | None:
        return self._shown.launch_type if self._shown else None

    @property
    def actual_launch_type(self) -> str | None:
        """That of the tasks, also under a capacity provider strategy."""
        return self._shown.actual_launch_type if self._shown else None

    @property
    def capacity_provider_strategy(self) -> list[dict[str, Any]]:
        return self._shown.capacity_provider_strategy if self._shown else []

    @property
    def task_definition(self) -> str | None:
        return self._shown.task_definition if self._shown else None

    @property
    def network_configuration(self) -> Mapping[str, Any] | None:
        return self._shown.network_configuration if self._shown else None

    @property
    def platform_version(self) -> str | None:
        return self._shown.requested_platform_version if self._shown else None

    @property
    def platform_family(self) -> str | None:
        return self._shown.platform_family if self._shown else None

    @property
    def service_registries(self) -> list[dict[str, Any]]:
        return self._shown.service_registries if self._shown else []

    @property
    def load_balancers(self) -> list[dict[str, Any]]:
        return self._shown.load_balancers if self._shown else []

    @property
    def _parts(self) -> list[EcsDeployment]:
        """Its deployments, or its task sets."""
        return [*self.deployments, *self.task_sets]

    @property
    def tasks(self) -> list[EcsTask]:
        return [task for part in self._parts for task in part.tasks]

    @property
    def active_tasks(self) -> list[EcsTask]:
        """The tasks of all deployments whose desired status is RUNNING."""
        return [task for part in self._parts for task in part.active_tasks]

    @property
    def running_count(self) -> int:
        return sum(part.running_count for part in self._parts)

    @property
    def pending_count(self) -> int:
        return sum(part.pending_count for part in self._parts)

    @property
    def deployment_params(self) -> dict[str, Any]:
        """The parameters, named as in the API, that the primary deployment was made from."""
        primary = self.primary
        return {
            "taskDefinition": primary.task_definition,
            "networkConfiguration": primary.network_configuration,
            "platformVersion": primary.requested_platform_version,
            "serviceRegistries": primary.service_registries,
            "launchType": primary.launch_type,
            "capacityProviderStrategy": primary.capacity_provider_strategy,
            "loadBalancers": primary.load_balancers,
            "serviceConnectConfiguration": primary.service_connect_configuration,
            "volumeConfigurations": primary.volume_configurations,
            "vpcLatticeConfigurations": primary.vpc_lattice_configurations,
        }

    def task_tags(self, definition: TaskDefinition) -> list[dict[str, str]]:
        """Returns the tags of a task of this definition that the service starts."""
        sources = {"SERVICE": self.tags, "TASK_DEFINITION": definition.tags}
        tags = [*sources.get(self.propagate_tags, [])]
        if self.enable_ecs_managed_tags:
            tags.append({"key": "aws:ecs:clusterName", "value": self.cluster_name})
            tags.append({"key": "aws:ecs:serviceName", "value": self.name})
        return tags

    def make_primary(self, deployment: EcsDeployment) -> None:
        """Makes a deployment the primary one, whether it is new or rolled back to."""
        others = [each for each in self.deployments if each is not deployment]
        for other in others:
            other.status = "ACTIVE"
        deployment.status = "PRIMARY"
        self.deployments = [deployment, *others]
        self.failures_seen = 0

    def update(self, params: Params) -> None:
        """Applies the parameters of UpdateService that need no new deployment."""
        if params.get("desiredCount") is not None:
            self.desired_count = params["desiredCount"]
        if "deploymentConfiguration" in params:
            self.deployment_configuration |= params["deploymentConfiguration"]
        if "placementStrategy" in params:
            self.placement_strategy = completed_strategies(params["placementStrategy"])
        for parameter, attribute in PLAIN_UPDATES.items():
            if params.get(parameter) is not None:
                setattr(self, attribute, params[parameter])

    def drain(self) -> None:
        """Begins the deletion: the scheduler stops the tasks."""
        self.status, self.desired_count = "DRAINING", 0
        for task_set in self.task_sets:
            task_set.status = "DRAINING"

    def end_draining(self) -> None:
        """Ends the deletion if all tasks are past stopping [API reference, DeleteService]."""
        if self.status == "DRAINING" and all(task.is_drained for task in self.tasks):
            self.status = "INACTIVE"
            self.tell("went")

    @property
    def unused_endpoints(self) -> list[ConnectEndpoint]:
        """Those that no deployment has any more."""
        if self.status == "INACTIVE":
            return [*self.endpoints]
        used = {
            endpoint.discovery_arn
            for deployment in filter(None, [*self.deployments, self.last_completed])
            if deployment.connect
            for endpoint in deployment.connect.endpoints
        }
        return [each for each in self.endpoints if each.discovery_arn not in used]

    def add_event(self, message: str) -> None:
        """Adds an event in front of the older ones, unless it repeats the last one too soon."""
        text, present = f"(service {self.name}) {message}", runtime.timestamp()
        if self.events and self.events[0]["message"] == text:
            if present - self.events[0]["createdAt"] < REPEATED_EVENT_INTERVAL:
                return
        event = SerializedOnce(id=str(uuid.uuid4()), createdAt=present, message=text)
        self.events.insert(0, event)
        self.tell("event", message=text)
        del self.events[MAX_EVENTS:]

    def add_task_events(self, template: str, tasks: Sequence[EcsTask]) -> None:
        """Adds events that name the tasks; `{}` in the template becomes their number."""
        for start in range(0, len(tasks), TASKS_PER_EVENT):
            some = tasks[start : start + TASKS_PER_EVENT]
            named = " ".join(f"(task {task.id})" for task in some)
            self.add_event(f"{template.format(len(some))} {named}.")

    def forget(self, tasks: Collection[EcsTask]) -> None:
        """Removes tasks from their deployments, the one to roll back to included."""
        ids = {task.id for task in tasks}
        for deployment in filter(None, [*self._parts, self.last_completed]):
            deployment.tasks = [task for task in deployment.tasks if task.id not in ids]
