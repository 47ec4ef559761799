# SPDX-License-Identifier: Apache-2.0
"""A Fargate service: what the API shows of it, its deployments and its events."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from moto.ecs.models import Cluster

from localaws import runtime
from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.fargate import Params
from localaws.ecs.serializer import SerializedOnce
from localaws.ecs.tasks import FargateTask

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
    "propagateTags": "propagate_tags",
}
"""Parameters of UpdateService that change one attribute and nothing else."""


class FargateService:
    """One service, in the place of moto's Service; attributes have the API's names."""

    def __init__(
        self,
        params: Params,
        *,
        arn: str,
        cluster: Cluster,
        created_by: str,
        role_arn: str,
        deployment: EcsDeployment,
    ):
        self.arn = arn
        self.name = params["serviceName"]
        self.cluster = cluster
        self.cluster_name = cluster.name
        self.cluster_arn = cluster.arn
        self.client_token = params.get("clientToken")
        self.status = "ACTIVE"
        self.desired_count = params.get("desiredCount") or 0
        self.scheduling_strategy = "REPLICA"
        self.deployment_controller = {"type": "ECS"}
        self.deployment_configuration = {
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        } | (params.get("deploymentConfiguration") or {})
        self.availability_zone_rebalancing = params.get("availabilityZoneRebalancing") or "ENABLED"
        self.load_balancers = params.get("loadBalancers") or []
        self.health_check_grace_period_seconds = params.get("healthCheckGracePeriodSeconds") or 0
        self.enable_ecs_managed_tags = bool(params.get("enableECSManagedTags"))
        self.enable_execute_command = bool(params.get("enableExecuteCommand"))
        self.propagate_tags = params.get("propagateTags") or "NONE"
        self.placement_constraints: list[dict[str, Any]] = []
        self.placement_strategy: list[dict[str, Any]] = []
        self.tags = params.get("tags") or []
        self.task_sets: list[Any] = []
        self.created_at = runtime.timestamp()
        self.created_by = created_by
        self.role_arn = role_arn
        self.platform_family = "Linux"
        self.events: list[SerializedOnce] = []
        self.deployments = [deployment]
        """The primary deployment, then the older ones that still have tasks."""
        self.last_completed: EcsDeployment | None = None
        """The deployment that the circuit breaker rolls back to."""
        self.failures_seen = 0
        """The primary deployment's consecutive failures at the scheduler's last turn."""

    @property
    def physical_resource_id(self) -> str:
        """moto's name for the ARN, in its list of tagged resources."""
        return self.arn

    @property
    def primary(self) -> EcsDeployment:
        return self.deployments[0]

    @property
    def launch_type(self) -> str | None:
        return self.primary.launch_type

    @property
    def capacity_provider_strategy(self) -> list[dict[str, Any]]:
        return self.primary.capacity_provider_strategy

    @property
    def task_definition(self) -> str:
        return self.primary.task_definition

    @property
    def network_configuration(self) -> Mapping[str, Any]:
        return self.primary.network_configuration

    @property
    def platform_version(self) -> str:
        return self.primary.requested_platform_version

    @property
    def service_registries(self) -> list[dict[str, Any]]:
        return self.primary.service_registries

    @property
    def tasks(self) -> list[FargateTask]:
        return [task for deployment in self.deployments for task in deployment.tasks]

    @property
    def active_tasks(self) -> list[FargateTask]:
        """The tasks of all deployments whose desired status is RUNNING."""
        return [task for deployment in self.deployments for task in deployment.active_tasks]

    @property
    def running_count(self) -> int:
        return sum(deployment.running_count for deployment in self.deployments)

    @property
    def pending_count(self) -> int:
        return sum(deployment.pending_count for deployment in self.deployments)

    @property
    def deployment_params(self) -> dict[str, Any]:
        """The parameters, named as in the API, that the primary deployment was made from."""
        return {
            "taskDefinition": self.task_definition,
            "networkConfiguration": self.network_configuration,
            "platformVersion": self.platform_version,
            "serviceRegistries": self.service_registries,
            "launchType": self.launch_type,
            "capacityProviderStrategy": self.capacity_provider_strategy,
        }

    @property
    def task_tags(self) -> list[dict[str, str]]:
        """The tags of a task that the primary deployment starts."""
        sources = {"SERVICE": self.tags, "TASK_DEFINITION": self.primary.definition.tags}
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
        for parameter, attribute in PLAIN_UPDATES.items():
            if params.get(parameter) is not None:
                setattr(self, attribute, params[parameter])

    def drain(self) -> None:
        """Begins the deletion: the scheduler stops the tasks."""
        self.status, self.desired_count = "DRAINING", 0

    def end_draining(self) -> None:
        """Ends the deletion if all tasks are past stopping [API reference, DeleteService]."""
        if self.status == "DRAINING" and all(task.is_drained for task in self.tasks):
            self.status = "INACTIVE"

    def add_event(self, message: str) -> None:
        """Adds an event in front of the older ones, unless it repeats the last one too soon."""
        text, present = f"(service {self.name}) {message}", runtime.timestamp()
        if self.events and self.events[0]["message"] == text:
            if present - self.events[0]["createdAt"] < REPEATED_EVENT_INTERVAL:
                return
        event = SerializedOnce(id=str(uuid.uuid4()), createdAt=present, message=text)
        self.events.insert(0, event)
        del self.events[MAX_EVENTS:]

    def add_task_events(self, template: str, tasks: Sequence[FargateTask]) -> None:
        """Adds events that name the tasks; `{}` in the template becomes their number."""
        for start in range(0, len(tasks), TASKS_PER_EVENT):
            some = tasks[start : start + TASKS_PER_EVENT]
            named = " ".join(f"(task {task.id})" for task in some)
            self.add_event(f"{template.format(len(some))} {named}.")

    def forget(self, tasks: Collection[FargateTask]) -> None:
        """Removes tasks from their deployments, the one to roll back to included."""
        ids = {task.id for task in tasks}
        for deployment in filter(None, [*self.deployments, self.last_completed]):
            deployment.tasks = [task for task in deployment.tasks if task.id not in ids]
