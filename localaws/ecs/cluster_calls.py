# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from copy import copy
from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from localaws.ecs.service_linked_role import create_service_linked_role
from localaws.ecs.state import EcsState
from localaws.ecs.task_states import TaskState


class ClusterCalls(EcsState):
    """Creates, describes and deletes clusters."""

    def create_cluster(self, cluster_name: str, *args: Any, **kwargs: Any) -> Cluster:
        """moto: creates a cluster each time. AWS: returns the ACTIVE cluster of that name."""
        existing = self.clusters.get(cluster_name)
        if existing and existing.status == "ACTIVE":
            return existing
        create_service_linked_role(iam_backends[self.account_id][get_partition(self.region_name)])
        self._complete_defaults(kwargs)
        cluster = super().create_cluster(cluster_name, *args, **kwargs)
        # moto: has none until the first instance registers, and fails to describe them.
        self.container_instances.setdefault(cluster.name, {})
        cluster.statistics = []  # type: ignore[attr-defined]
        cluster.tags = cluster.tags or []
        cluster.capacity_providers = cluster.capacity_providers or []
        cluster.default_capacity_provider_strategy = (
            cluster.default_capacity_provider_strategy or []
        )
        return cluster

    def update_cluster(self, cluster_name: str, *args: Any, **kwargs: Any) -> Cluster:
        self._get_cluster(cluster_name)  # Before a namespace is made for it.
        self._complete_defaults(kwargs)
        return super().update_cluster(cluster_name, *args, **kwargs)

    def _complete_defaults(self, parameters: dict[str, Any]) -> None:
        """moto: keeps the namespace as given. AWS: its ARN, of a new one for a new name."""
        defaults = parameters.get("service_connect_defaults") or {}
        if name := defaults.get("namespace"):
            arn = self.service_connect.namespace_arn_of_default(name)
            parameters["service_connect_defaults"] = {"namespace": arn}

    def cluster_description(self, cluster: Cluster, include: Collection[str]) -> Cluster:
        """Returns a copy of the cluster that has what the request includes.

        moto: leaves out statistics, and tags unless included. AWS: shows an empty list instead.
        """
        shown = copy(cluster)
        shown.statistics = (  # type: ignore[attr-defined]
            self._statistics(cluster) if "STATISTICS" in include else []
        )
        shown.tags = cluster.tags if "TAGS" in include else []
        return shown

    def _statistics(self, cluster: Cluster) -> list[dict[str, str]]:
        """Returns the counts by launch type, under AWS's names."""
        tasks = Counter((each.launch_type, each.last_status) for each in self.tasks_in(cluster))
        services = Counter(
            (each.actual_launch_type, each.status)
            for each in self.services.values()
            if each.cluster_name == cluster.name
        )
        counts: dict[str, int] = {}
        for launch_type, name in (("EC2", "EC2"), ("FARGATE", "Fargate"), ("EXTERNAL", "External")):
            counts |= {
                f"running{name}TasksCount": tasks[launch_type, TaskState.RUNNING],
                f"pending{name}TasksCount": tasks[launch_type, TaskState.PENDING],
                f"active{name}ServiceCount": services[launch_type, "ACTIVE"],
                f"draining{name}ServiceCount": services[launch_type, "DRAINING"],
            }
        return [{"name": name, "value": str(count)} for name, count in counts.items()]

    def delete_cluster(self, cluster_str: str) -> Cluster:
        """moto: deletes any cluster. AWS: refuses one with services, instances or tasks."""
        cluster = self.find_cluster(cluster_str)
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
        if any(task.last_status != "STOPPED" for task in self.tasks_in(cluster)):
            raise ECSException(
                "ClusterContainsTasksException",
                "The Cluster cannot be deleted while Tasks are active.",
            )
        return super().delete_cluster(cluster_str)
