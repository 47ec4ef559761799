# SPDX-License-Identifier: Apache-2.0
"""The state of ECS in one account and region, and the look-ups that several calls need.

moto's services and tasks (launch type EC2, external instances) stand beside ours on Fargate.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import cast

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import EcsClientException, ECSException, InvalidParameterException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, Task, TaskDefinition
from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.ec2 import EC2
from localaws.ecs.placement import Peers, create_interface
from localaws.ecs.services import FargateService
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import FargateTask

AnyService = Service | FargateService
AnyTask = Task | FargateTask

STOPPED_TASKS_KEPT = timedelta(hours=1)
"""How long DescribeTasks shows a stopped task, at least [API reference, DescribeTasks]."""


class EcsState(EC2ContainerServiceBackend):
    """moto's ECS with its services and tasks typed, and what the mix-ins with calls share."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.services: dict[str, AnyService] = {}  # type: ignore[assignment]  # moto's and ours
        self.tasks: dict[str, dict[str, AnyTask]] = {}  # type: ignore[assignment]

    @property
    def ec2(self) -> EC2:
        """EC2 in the same account and region."""
        return cast(EC2, ec2_backends[self.account_id][self.region_name])

    @property
    def root_arn(self) -> str:
        """The ARN of the account's root user, who creates everything here."""
        return f"arn:aws:iam::{self.account_id}:root"

    def arn(self, resource: str) -> str:
        """Returns the ARN of a resource of ECS such as `task/<cluster>/<id>`."""
        region = self.region_name
        return f"arn:{get_partition(region)}:ecs:{region}:{self.account_id}:{resource}"

    # Clusters

    def find_cluster(self, name: str) -> Cluster:
        """Returns the cluster of this name or ARN. Raises ClusterNotFoundException."""
        return self._get_cluster(name)

    def active_cluster(self, name: str) -> Cluster:
        """Returns the ACTIVE cluster of this name or ARN. Raises ClusterNotFoundException."""
        cluster = self.find_cluster(name)
        if cluster.status != "ACTIVE":
            raise ECSException("ClusterNotFoundException", "Cluster not found.")
        return cluster

    def refresh_counts(self, cluster: Cluster) -> None:
        """Updates the counts of services and tasks that the cluster shows."""
        states = Counter(task.last_status for task in self.tasks_in(cluster))
        starting = (TaskState.PROVISIONING, TaskState.PENDING, TaskState.ACTIVATING)
        cluster.running_tasks_count = states[TaskState.RUNNING]
        cluster.pending_tasks_count = sum(states[state] for state in starting)
        cluster.active_services_count = len(self.active_services(cluster))

    # Task definitions

    def find_task_definition(self, name: str) -> TaskDefinition:
        """Returns the task definition of this ARN, `family:revision` or family.

        moto: a family stands for its last revision. AWS: for its last ACTIVE one. Raises
        ClientException when there is none.
        """
        family = name.rsplit("/", 1)[-1]
        if ":" in family:
            return super().describe_task_definition(name)
        revisions = self.task_definitions.get(family, {})
        active = [number for number, each in revisions.items() if each.status == "ACTIVE"]
        if not active:
            raise EcsClientException("Unable to describe task definition.")
        return revisions[max(active)]

    def active_task_definition(self, name: str) -> TaskDefinition:
        """Returns the ACTIVE task definition of this name, if it is one for Fargate.

        Raises ClientException and InvalidParameterException as CreateService and RunTask do.
        """
        definition = self.find_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        if "FARGATE" not in (definition.requires_compatibilities or []):
            raise InvalidParameterException("Task definition does not support launch_type FARGATE.")
        return definition

    # Services

    @property
    def fargate_services(self) -> list[FargateService]:
        return [each for each in self.services.values() if isinstance(each, FargateService)]

    def active_services(self, cluster: Cluster) -> list[AnyService]:
        """Returns the cluster's services that are ACTIVE or still DRAINING."""
        return [
            service
            for service in self.services.values()
            if service.cluster_name == cluster.name and service.status != "INACTIVE"
        ]

    def fargate_service(self, cluster: str, name: str) -> FargateService | None:
        """Returns the service of this name or ARN, or None when it is one of moto's."""
        service = self._get_service(cluster, name.rsplit("/", 1)[-1])
        return service if isinstance(service, FargateService) else None

    # Tasks

    @property
    def fargate_tasks(self) -> list[FargateTask]:
        return [
            task
            for tasks in self.tasks.values()
            for task in tasks.values()
            if isinstance(task, FargateTask)
        ]

    def tasks_in(self, cluster: Cluster) -> Collection[AnyTask]:
        """Returns the tasks of a cluster, stopped ones included."""
        return self.tasks.get(cluster.name, {}).values()

    def launch_task(self, request: TaskRequest, peers: Peers) -> FargateTask:
        """Starts a Fargate task in the zone and subnet with the fewest peers, and adds it to them.

        Raises CannotPlace.
        """
        interface = create_interface(self.ec2, request.network_configuration, peers)
        task = FargateTask(
            request,
            arn=self.arn(f"task/{request.cluster.name}/{secrets.token_hex(16)}"),
            interface=interface,
            delete_interface=self.ec2.delete_task_interface,
        )
        self.tasks.setdefault(task.cluster_name, {})[task.task_arn] = task
        peers.add(task)
        return task

    def forget_stopped_tasks(self) -> None:
        """Removes the Fargate tasks that stopped longer ago than DescribeTasks shows them."""
        deadline = runtime.timestamp() - STOPPED_TASKS_KEPT
        old = [
            task for task in self.fargate_tasks if task.stopped_at and task.stopped_at < deadline
        ]
        if not old:
            return
        for task in old:
            del self.tasks[task.cluster_name][task.task_arn]
        for service in self.fargate_services:
            service.forget(old)
