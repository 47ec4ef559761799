# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern tasks: those of services, and those that RunTask starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from moto.ecs.exceptions import EcsClientException, InvalidParameterException

from localaws.ecs.capacity import (
    Params,
    actual_platform_version,
    launch_type,
    next_provider,
    requested_platform_version,
)
from localaws.ecs.errors import CannotPlace, NoContainerInstance
from localaws.ecs.launching import Launching
from localaws.ecs.network import Peers, task_network
from localaws.ecs.placement import validate_placement
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.tasks import EcsTask

MAX_TASKS_OF_A_CALL = 10
"""RunTask's count, and StartTask's container instances [API reference]."""


class TaskCalls(Launching):
    """Runs, stops, describes and lists tasks."""

    def run_tasks(self, params: Params) -> tuple[list[EcsTask], list[dict[str, str]]]:
        """Starts tasks that belong to no service and are not registered in Cloud Map.

        Returns the tasks, and the failures when there was no place for a further one.
        """
        request = self._task_request(params)
        strategy = params.get("capacityProviderStrategy") or []
        self.validate_capacity(request.cluster, strategy)
        tasks: list[EcsTask] = []
        peers, placed = Peers(), Counter[str | None]()
        try:
            for _ in range(params.get("count") or 1):
                provider = next_provider(strategy, placed)
                asked = replace(request, capacity_provider_name=provider)
                tasks.append(self.launch_task(asked, peers))
                placed[provider] += 1
        except CannotPlace as error:
            if isinstance(error, NoContainerInstance) and not error.unfit:
                raise InvalidParameterException(str(error)) from error
            return tasks, error.failures(request.task_definition.arn)
        return tasks, []

    def start_tasks(self, params: Params) -> tuple[list[EcsTask], list[dict[str, str]]]:
        """Starts a task on each of the container instances that the request names."""
        names: Sequence[str] = params.get("containerInstances") or []
        if not names:
            raise EcsClientException("Container Instances cannot be empty.")
        if len(names) > MAX_TASKS_OF_A_CALL:
            raise InvalidParameterException(
                f"containerInstances can have at most {MAX_TASKS_OF_A_CALL} items."
            )
        instances = [
            self.find_container_instance(params.get("cluster", "default"), name) for name in names
        ]
        tasks: list[EcsTask] = []
        failures: list[dict[str, str]] = []
        for instance in instances:
            kind = "EXTERNAL" if instance.is_external else "EC2"
            request = replace(
                self._task_request({**params, "launchType": kind}), instance_id=instance.id
            )
            try:
                tasks.append(self.launch_task(request, Peers()))
            except CannotPlace as error:
                failures += error.failures(request.task_definition.arn)
        return tasks, failures

    def _task_request(self, params: Params) -> TaskRequest:
        """Returns what the parameters of RunTask ask for. Raises RunTask's errors."""
        cluster = self.active_cluster(params.get("cluster", "default"))
        kind = launch_type(params)
        definition = self.active_task_definition(params["taskDefinition"], kind)
        validate_placement(params)
        tags = [*(params.get("tags") or [])]
        if params.get("propagateTags") == "TASK_DEFINITION":
            tags += definition.tags
        if params.get("enableECSManagedTags"):
            tags.append({"key": "aws:ecs:clusterName", "value": cluster.name})
        return TaskRequest(
            cluster=cluster,
            task_definition=definition,
            network_configuration=task_network(
                self.ec2, definition, params.get("networkConfiguration")
            ),
            group=params.get("group") or f"family:{definition.family}",
            started_by=params.get("startedBy") or "",
            launch_type=kind,
            platform_version=actual_platform_version(requested_platform_version(params)),
            overrides=params.get("overrides") or {},
            tags=tags,
            placement_constraints=params.get("placementConstraints") or [],
            placement_strategy=params.get("placementStrategy") or [],
            enable_execute_command=bool(params.get("enableExecuteCommand")),
        )

    def stop_task(  # type: ignore[override]
        self, cluster_str: str, task_str: str, reason: str
    ) -> EcsTask:
        cluster = self.find_cluster(cluster_str)
        id_ = task_str.rsplit("/", 1)[-1]
        task = next((task for task in self.tasks_in(cluster) if task.id == id_), None)
        if task is None:
            raise InvalidParameterException("The referenced task was not found.")
        task.stop(reason or "Task stopped by user", "UserInitiated")
        return task

    def describe_tasks_or_missing(
        self, cluster_str: str, names: list[str]
    ) -> tuple[list[EcsTask], list[str]]:
        """Returns the cluster's tasks of these ids or ARNs, and the names of no task."""
        by_id = {task.id: task for task in self.tasks_in(self.find_cluster(cluster_str))}
        found = {name: by_id.get(name.rsplit("/", 1)[-1]) for name in names}
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
    ) -> list[EcsTask]:
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
