# SPDX-License-Identifier: Apache-2.0
"""ECS's clusters, and what is in them: moto's services and tasks beside ours on Fargate.

The calls of one account and region are a chain of classes: clusters, tasks in them, services that
keep tasks; `backend.py` serves the last.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, cast

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, Service, Task
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from localaws.ec2 import EC2
from localaws.ecs.services import FargateService
from localaws.ecs.task_definition_calls import TaskDefinitions
from localaws.ecs.tasks import FargateTask

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""

AnyService = Service | FargateService
AnyTask = Task | FargateTask

SERVICE_LINKED_ROLE = "AWSServiceRoleForECS"
ECS_PRINCIPAL = "ecs.amazonaws.com"
TRUST_IN_ECS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ECS_PRINCIPAL},
            "Action": "sts:AssumeRole",
        }
    ],
}


class Clusters(TaskDefinitions):
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
        cluster.active_services_count = len(self.active_services(cluster))

    def active_services(self, cluster: Cluster) -> list[AnyService]:
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
        self._create_service_linked_role()
        cluster = super().create_cluster(cluster_name, *args, **kwargs)
        cluster.statistics = []  # type: ignore[attr-defined]
        cluster.tags = cluster.tags or []
        cluster.capacity_providers = cluster.capacity_providers or []
        cluster.default_capacity_provider_strategy = (
            cluster.default_capacity_provider_strategy or []
        )
        return cluster

    def _create_service_linked_role(self) -> None:
        """moto: no role. AWS: the role that ECS acts by is there as soon as ECS is used."""
        iam = iam_backends[self.account_id][get_partition(self.region_name)]
        if not any(role.name == SERVICE_LINKED_ROLE for role in iam.roles.values()):
            iam.create_role(
                SERVICE_LINKED_ROLE,
                json.dumps(TRUST_IN_ECS),
                f"/aws-service-role/{ECS_PRINCIPAL}/",
                permissions_boundary=None,
                description="Role to enable Amazon ECS to manage your cluster.",
                tags=[],
                max_session_duration="3600",
                linked_service=ECS_PRINCIPAL,
            )

    def described(self, cluster: Cluster, include: Collection[str]) -> Cluster:
        """moto: no statistics, no tags unless asked for. AWS: an empty list of what was not."""
        shown = copy(cluster)
        shown.statistics = (  # type: ignore[attr-defined]
            self._statistics(cluster) if "STATISTICS" in include else []
        )
        shown.tags = cluster.tags if "TAGS" in include else []
        return shown

    def _statistics(self, cluster: Cluster) -> list[dict[str, str]]:
        """What is on Fargate, by AWS's names."""
        tasks = [task for task in self.fargate_tasks if task.cluster_name == cluster.name]
        services = [each for each in self.fargate_services if each.cluster_name == cluster.name]
        states = Counter(task.last_status for task in tasks)
        status = Counter(service.status for service in services)
        counts = {
            "runningFargateTasksCount": states["RUNNING"],
            "pendingFargateTasksCount": states["PENDING"],
            "activeFargateServiceCount": status["ACTIVE"],
            "drainingFargateServiceCount": status["DRAINING"],
        }
        return [{"name": name, "value": str(count)} for name, count in counts.items()]

    def delete_cluster(self, cluster_str: str) -> Cluster:
        cluster = self._get_cluster(cluster_str)
        if self.active_services(cluster):
            raise ECSException(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            )
        if self.container_instances.get(cluster.name):
            raise ECSException(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.",
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
