# SPDX-License-Identifier: Apache-2.0
"""ECS's tasks: those that a service keeps and lone ones, on Fargate; moto's stay moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import Task, TaskDefinition

from localaws.ecs.cluster_calls import AnyTask, Clusters, Params
from localaws.ecs.deployments import Deployment, resolved
from localaws.ecs.errors import CannotPlace
from localaws.ecs.placement import create_interface, refuse_bad_network
from localaws.ecs.services import FargateService
from localaws.ecs.tasks import FargateTask

PLATFORM_VERSIONS = ("LATEST", "1.4.0", "1.3.0")
"""Of Linux on Fargate."""


def platform_version(params: Params) -> str:
    """The platform version that the parameters ask for. Raises PlatformUnknownException."""
    version: str = params.get("platformVersion") or "LATEST"
    if version not in PLATFORM_VERSIONS:
        raise ECSException(
            "PlatformUnknownException", "The specified platform version doesn't exist."
        )
    return version


class TaskCalls(Clusters):
    """The calls that concern tasks and what they are made of."""

    def active_task_definition(self, name: str) -> TaskDefinition:
        definition = self.describe_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        if "FARGATE" not in (definition.requires_compatibilities or []):
            raise InvalidParameterException("Task definition does not support launch_type FARGATE.")
        return definition

    def place_task(self, service: FargateService, deployment: Deployment) -> FargateTask:
        """Start one task of a deployment in the emptiest zone. Raises CannotPlace."""
        alive = [task for each in service.deployments for task in each.alive]
        interface = create_interface(self.ec2, deployment.network_configuration, alive)
        definition, strategy = deployment.definition, deployment.capacity_provider_strategy
        return self._add(
            FargateTask(
                backend=self,
                cluster=service.cluster,
                task_definition=definition,
                interface=interface,
                group=f"service:{service.name}",
                started_by=deployment.id,
                launch_type=deployment.launch_type,
                platform_version=deployment.platform_version,
                capacity_provider_name=strategy[0]["capacityProvider"] if strategy else None,
                tags=self._propagated_tags(service, definition),
                registry=deployment.registry,
            )
        )

    def _add(self, task: FargateTask) -> FargateTask:
        self.tasks.setdefault(task.cluster_name, {})[task.task_arn] = task
        return task

    @staticmethod
    def _propagated_tags(
        service: FargateService, definition: TaskDefinition
    ) -> list[dict[str, str]]:
        source = {"SERVICE": service.tags, "TASK_DEFINITION": definition.tags}
        tags = [*source.get(service.propagate_tags, [])]
        if service.enable_ecs_managed_tags:
            tags.append({"key": "aws:ecs:clusterName", "value": service.cluster_name})
            tags.append({"key": "aws:ecs:serviceName", "value": service.name})
        return tags

    def run_fargate_tasks(self, params: Params) -> tuple[list[FargateTask], list[dict[str, str]]]:
        """RunTask on Fargate: lone tasks, in no service and no registry; and what failed."""
        cluster = self.active_cluster(params.get("cluster", "default"))
        definition = self.active_task_definition(params["taskDefinition"])
        network = params.get("networkConfiguration")
        refuse_bad_network(self.ec2, network)
        strategy = params.get("capacityProviderStrategy")
        version = resolved(platform_version(params))
        tasks: list[FargateTask] = []
        for _ in range(params.get("count") or 1):
            try:
                interface = create_interface(self.ec2, cast(Mapping[str, Any], network), tasks)
            except CannotPlace as error:
                return tasks, [{"arn": definition.arn, "reason": str(error)}]
            task = FargateTask(
                backend=self,
                cluster=cluster,
                task_definition=definition,
                interface=interface,
                group=params.get("group") or f"family:{definition.family}",
                started_by=params.get("startedBy") or "",
                launch_type=params.get("launchType"),
                platform_version=version,
                capacity_provider_name=strategy[0]["capacityProvider"] if strategy else None,
                overrides=params.get("overrides"),
                tags=self._lone_tags(params, cluster.name, definition),
            )
            tasks.append(self._add(task))
        return tasks, []

    @staticmethod
    def _lone_tags(
        params: Params, cluster_name: str, definition: TaskDefinition
    ) -> list[dict[str, str]]:
        tags = [*(params.get("tags") or [])]
        if params.get("propagateTags") == "TASK_DEFINITION":
            tags += definition.tags
        if params.get("enableECSManagedTags"):
            tags.append({"key": "aws:ecs:clusterName", "value": cluster_name})
        return tags

    def stop_task(  # type: ignore[override]
        self, cluster_str: str, task_str: str, reason: str
    ) -> AnyTask:
        cluster = self._get_cluster(cluster_str)
        id_ = task_str.rsplit("/", 1)[-1]
        for task in self.tasks.get(cluster.name, {}).values():
            if task.id == id_ and isinstance(task, FargateTask):
                task.stop(reason or "Task stopped by user", "UserInitiated")
                return task
            if task.id == id_:
                return super().stop_task(cluster_str, task_str, reason)
        raise InvalidParameterException("The referenced task was not found.")

    def find_tasks(self, cluster_str: str, names: list[str]) -> tuple[list[AnyTask], list[str]]:
        """The tasks of these ids or ARNs in the cluster, and the names that nothing bears."""
        cluster = self._get_cluster(cluster_str)
        by_id = {task.id: task for task in self.tasks.get(cluster.name, {}).values()}
        found = {name: by_id.get(name.rsplit("/", 1)[-1]) for name in names}
        for task in found.values():
            if isinstance(task, Task):
                task.advance()
        return (
            [task for task in found.values() if task is not None],
            [name for name, task in found.items() if task is None],
        )

    def list_tasks(  # type: ignore[override]
        self,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,
    ) -> list[AnyTask]:
        """moto: ignores the service and the default status, and finds clusters by substring.

        Without a cluster: every task, as moto asks for when it looks for one by its ARN.
        """
        clusters = [self._get_cluster(cluster_str).name] if cluster_str else [*self.tasks]
        status = desiredStatus or ("RUNNING" if cluster_str else None)
        group = service_name and f"service:{service_name.rsplit('/', 1)[-1]}"
        return [
            task
            for cluster in clusters
            for task in self.tasks.get(cluster, {}).values()
            if (not status or task.desired_status == status)
            and (not group or task.group == group)
            and (not started_by or task.started_by == started_by)
            and (not family or f"/{family}:" in task.task_definition_arn)
            and (not container_instance or container_instance in str(task.container_instance_arn))
        ]
