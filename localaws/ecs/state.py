# SPDX-License-Identifier: Apache-2.0
"""The state of ECS in one account and region, and the look-ups that several calls need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import cast

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import (
    EcsClientException,
    ECSException,
    InvalidParameterException,
    ServiceNotFoundException,
)
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, TaskDefinition
from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.ec2 import EC2
from localaws.ecs.capacity import FARGATE_PROVIDERS, Strategy, validate_strategy
from localaws.ecs.container_instances import ContainerInstance
from localaws.ecs.service_connect import ServiceConnect
from localaws.ecs.services import EcsService
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import EcsTask

STOPPED_TASKS_KEPT = timedelta(hours=1)
"""How long DescribeTasks shows a stopped task, at least [API reference, DescribeTasks]."""


class EcsState(EC2ContainerServiceBackend):
    """moto's ECS with its services and tasks typed, and what the mix-ins with calls share."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        # Ours in the place of moto's; moto's calls reach them by the same attributes.
        self.services: dict[str, EcsService] = {}  # type: ignore[assignment]
        self.tasks: dict[str, dict[str, EcsTask]] = {}  # type: ignore[assignment]
        self.container_instances: dict[str, dict[str, ContainerInstance]] = {}  # type: ignore[assignment]
        self.agents: set[str] = set()
        """The EC2 instances that have registered by themselves."""

    @property
    def ec2(self) -> EC2:
        """EC2 in the same account and region."""
        return cast(EC2, ec2_backends[self.account_id][self.region_name])

    @property
    def service_connect(self) -> ServiceConnect:
        """Service Connect in the same account and region."""
        return ServiceConnect(self.account_id, self.region_name)

    @property
    def root_arn(self) -> str:
        """The ARN of the account's root user, who creates everything here."""
        return f"arn:aws:iam::{self.account_id}:root"

    def arn(self, resource: str) -> str:
        """Returns the ARN of a resource of ECS such as `task/<cluster>/<id>`."""
        region = self.region_name
        return f"arn:{get_partition(region)}:ecs:{region}:{self.account_id}:{resource}"

    # Clusters

    def _get_cluster(self, name: str) -> Cluster:
        """moto: no cluster has an empty name. AWS: it stands for the default cluster."""
        return super()._get_cluster(name or "default")

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
        """Updates the counts of services, tasks and container instances that the cluster shows."""
        states = Counter(task.last_status for task in self.tasks_in(cluster))
        starting = (TaskState.PROVISIONING, TaskState.PENDING, TaskState.ACTIVATING)
        cluster.running_tasks_count = states[TaskState.RUNNING]
        cluster.pending_tasks_count = sum(states[state] for state in starting)
        cluster.active_services_count = len(self.active_services(cluster))
        instances = self.container_instances.get(cluster.name, {})
        cluster.registered_container_instances_count = len(instances)

    def validate_capacity(self, cluster: Cluster, strategy: Strategy) -> None:
        """Raises InvalidParameterException for a strategy that the cluster cannot follow."""
        validate_strategy(strategy)
        for name in (str(each["capacityProvider"]) for each in strategy):
            if name in FARGATE_PROVIDERS:
                continue
            if name not in self.capacity_providers:
                raise InvalidParameterException(
                    f"The specified capacity provider '{name}' was not found. Specify a valid "
                    "name or ARN and try again."
                )
            if name not in (cluster.capacity_providers or []):
                raise InvalidParameterException(
                    "The specified capacity provider strategy cannot contain a capacity provider "
                    "that is not associated with the cluster. Associate the capacity provider "
                    "with the cluster and try again."
                )

    # Container instances

    def find_container_instance(self, cluster_str: str, name: str) -> ContainerInstance:
        """Returns the container instance of this id or ARN. Raises InvalidParameterException."""
        cluster = self.find_cluster(cluster_str)
        id_ = name.rsplit("/", 1)[-1]
        instance = self.container_instances.get(cluster.name, {}).get(id_)
        if instance is None:
            raise InvalidParameterException("Referenced container instance not found.")
        return instance

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

    def active_task_definition(self, name: str, launch_type: str) -> TaskDefinition:
        """Returns the ACTIVE task definition of this name, if the launch type can run it.

        Raises ClientException and InvalidParameterException as CreateService and RunTask do.
        """
        definition = self.find_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        required = definition.requires_compatibilities or []
        fits = launch_type in (required if launch_type == "FARGATE" else definition.compatibilities)
        if not fits:
            raise InvalidParameterException(
                f"Task definition does not support launch_type {launch_type}."
            )
        return definition

    # Services

    def active_services(self, cluster: Cluster) -> list[EcsService]:
        """Returns the cluster's services that are ACTIVE or still DRAINING."""
        return [
            service
            for service in self.services.values()
            if service.cluster_name == cluster.name and service.status != "INACTIVE"
        ]

    def service(self, cluster: str, name: str) -> EcsService:
        """Returns the service of this name or ARN.

        Raises ClusterNotFoundException and ServiceNotFoundException.
        """
        found = self.services.get(f"{self.find_cluster(cluster).name}:{name.rsplit('/', 1)[-1]}")
        if found is None:
            raise ServiceNotFoundException
        return found

    # Tasks

    @property
    def all_tasks(self) -> list[EcsTask]:
        """The tasks of all clusters, stopped ones included."""
        return [task for tasks in self.tasks.values() for task in tasks.values()]

    def tasks_in(self, cluster: Cluster) -> Collection[EcsTask]:
        """Returns the tasks of a cluster, stopped ones included."""
        return self.tasks.get(cluster.name, {}).values()

    def forget_stopped_tasks(self) -> None:
        """Removes the tasks that stopped longer ago than DescribeTasks shows them."""
        deadline = runtime.timestamp() - STOPPED_TASKS_KEPT
        old = [task for task in self.all_tasks if task.stopped_at and task.stopped_at < deadline]
        if not old:
            return
        for task in old:
            del self.tasks[task.cluster_name][task.task_arn]
        for service in self.services.values():
            service.forget(old)
