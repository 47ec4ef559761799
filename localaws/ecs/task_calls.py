# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern tasks: those of services, and those that RunTask starts."""

from __future__ import annotations

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import Task

from localaws.ecs.errors import CannotPlace
from localaws.ecs.fargate import (
    Params,
    actual_platform_version,
    capacity_provider,
    requested_platform_version,
)
from localaws.ecs.placement import Peers, validate_network
from localaws.ecs.state import AnyTask, EcsState
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.tasks import FargateTask


class TaskCalls(EcsState):
    """Runs, stops, describes and lists tasks."""

    def run_fargate_tasks(self, params: Params) -> tuple[list[FargateTask], list[dict[str, str]]]:
        """Starts tasks that belong to no service and are not registered in Cloud Map.

        Returns the tasks, and the failure when a subnet had no place for a further one.
        """
        request = self._task_request(params)
        tasks: list[FargateTask] = []
        peers = Peers()
        try:
            for _ in range(params.get("count") or 1):
                tasks.append(self.launch_task(request, peers))
        except CannotPlace as error:
            return tasks, [{"arn": request.task_definition.arn, "reason": str(error)}]
        return tasks, []

    def _task_request(self, params: Params) -> TaskRequest:
        """Returns what the parameters of RunTask ask for. Raises RunTask's errors."""
        cluster = self.active_cluster(params.get("cluster", "default"))
        definition = self.active_task_definition(params["taskDefinition"])
        tags = [*(params.get("tags") or [])]
        if params.get("propagateTags") == "TASK_DEFINITION":
            tags += definition.tags
        if params.get("enableECSManagedTags"):
            tags.append({"key": "aws:ecs:clusterName", "value": cluster.name})
        return TaskRequest(
            cluster=cluster,
            task_definition=definition,
            network_configuration=validate_network(self.ec2, params.get("networkConfiguration")),
            group=params.get("group") or f"family:{definition.family}",
            started_by=params.get("startedBy") or "",
            launch_type=params.get("launchType"),
            capacity_provider_name=capacity_provider(params.get("capacityProviderStrategy") or []),
            platform_version=actual_platform_version(requested_platform_version(params)),
            overrides=params.get("overrides") or {},
            tags=tags,
        )

    def stop_task(  # type: ignore[override]
        self, cluster_str: str, task_str: str, reason: str
    ) -> AnyTask:
        cluster = self.find_cluster(cluster_str)
        id_ = task_str.rsplit("/", 1)[-1]
        task = next((task for task in self.tasks_in(cluster) if task.id == id_), None)
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        if not isinstance(task, FargateTask):
            return super().stop_task(cluster_str, task_str, reason)
        task.stop(reason or "Task stopped by user", "UserInitiated")
        return task

    def describe_tasks_or_missing(
        self, cluster_str: str, names: list[str]
    ) -> tuple[list[AnyTask], list[str]]:
        """Returns the cluster's tasks of these ids or ARNs, and the names of no task.

        moto moves its own tasks one state on whenever they are described.
        """
        by_id = {task.id: task for task in self.tasks_in(self.find_cluster(cluster_str))}
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

        Without a cluster, the result is every task: moto asks so when it has only a task's ARN.
        """
        clusters = [self.find_cluster(cluster_str).name] if cluster_str else [*self.tasks]
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
