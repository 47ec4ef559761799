# SPDX-License-Identifier: Apache-2.0
"""ECS's clusters, and what is in them: moto's services and tasks beside ours on Fargate.

The calls of one account and region are a chain of classes: clusters, tasks in them, services that
keep tasks; `backend.py` serves the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, Task

from localaws.ec2 import EC2
from localaws.ecs.services import FargateService
from localaws.ecs.tasks import FargateTask

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""

AnyService = Service | FargateService
AnyTask = Task | FargateTask


class Clusters(EC2ContainerServiceBackend):
    """The calls that concern clusters."""

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.services: dict[str, AnyService] = {}  # type: ignore[assignment]  # moto's and ours
        self.tasks: dict[str, dict[str, AnyTask]] = {}  # type: ignore[assignment]

    @property
    def ec2(self) -> EC2:
        return cast(EC2, ec2_backends[self.account_id][self.region_name])

    @property
    def fargate_services(self) -> list[FargateService]:
        return [each for each in self.services.values() if isinstance(each, FargateService)]

    @property
    def fargate_tasks(self) -> list[FargateTask]:
        return [
            task
            for tasks in self.tasks.values()
            for task in tasks.values()
            if isinstance(task, FargateTask)
        ]

    def count_tasks(self, cluster: Cluster) -> None:
        """The cluster's statistics, from what is there."""
        states = Counter(task.last_status for task in self.tasks.get(cluster.name, {}).values())
        cluster.running_tasks_count = states["RUNNING"]
        cluster.pending_tasks_count = (
            states["PROVISIONING"] + states["PENDING"] + states["ACTIVATING"]
        )
        cluster.active_services_count = len(self._active_services(cluster))

    def _active_services(self, cluster: Cluster) -> list[AnyService]:
        """The cluster's services that are ACTIVE or still DRAINING."""
        return [
            service
            for service in self.services.values()
            if service.cluster_name == cluster.name and service.status != "INACTIVE"
        ]

    def create_cluster(self, cluster_name: str, *args: Any, **kwargs: Any) -> Cluster:
        """moto: a new cluster each time. AWS: the one that is there, while it is ACTIVE."""
        existing = self.clusters.get(cluster_name)
        if existing and existing.status == "ACTIVE":
            return existing
        return super().create_cluster(cluster_name, *args, **kwargs)

    def delete_cluster(self, cluster_str: str) -> Cluster:
        cluster = self._get_cluster(cluster_str)
        if self._active_services(cluster):
            raise ECSException(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            )
        if any(task.last_status != "STOPPED" for task in self.tasks.get(cluster.name, {}).values()):
            raise ECSException(
                "ClusterContainsTasksException",
                "The Cluster cannot be deleted while Tasks are active.",
            )
        return super().delete_cluster(cluster_str)

    def active_cluster(self, name: str) -> Cluster:
        cluster = self._get_cluster(name)
        if cluster.status != "ACTIVE":
            raise ECSException("ClusterNotFoundException", "Cluster not found.")
        return cluster
