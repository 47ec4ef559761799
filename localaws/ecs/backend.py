# SPDX-License-Identifier: Apache-2.0
"""ECS in one account and region: Fargate is ours, EC2 and external tasks are moto's."""

from __future__ import annotations

from datetime import timedelta

from moto.ecs import urls

from localaws import runtime
from localaws.ecs.responses import EcsResponse
from localaws.ecs.service_calls import ServiceCalls
from localaws.moto_mixins import OwnUrls

STOPPED_TASKS_STAY = timedelta(hours=1)
"""Stopped tasks stay in DescribeTasks for at least this long [API reference]."""


class Ecs(OwnUrls, ServiceCalls):
    """moto's ECS with Fargate services that run tasks."""

    SERVICE_NAMESPACE = "ecs"
    moto_urls = urls
    responses = EcsResponse

    def tick(self) -> None:
        """One turn of the scheduler: services first, then every task one step at the most."""
        for service in self.fargate_services:
            service.schedule()
        for task in self.fargate_tasks:
            if task.last_status != "STOPPED":
                task.step()
        self._forget_old_tasks()
        for cluster in self.clusters.values():
            self.count_tasks(cluster)

    def _forget_old_tasks(self) -> None:
        before = runtime.timestamp() - STOPPED_TASKS_STAY
        for task in self.fargate_tasks:
            if task.stopped_at and task.stopped_at < before:
                del self.tasks[task.cluster_name][task.task_arn]
        for service in self.fargate_services:
            for deployment in service.deployments:
                deployment.tasks = [
                    task
                    for task in deployment.tasks
                    if task.stopped_at is None or task.stopped_at >= before
                ]
