# SPDX-License-Identifier: Apache-2.0
"""What Service Connect's proxy in a task does: a client alias leads to a task behind it."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator

from localaws.ecs.service_connect import ConnectEndpoint
from localaws.ecs.state import EcsState
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import EcsTask
from localaws.routes import Peer, Targets


class Connections(EcsState):
    """Finds the way from one task to others."""

    def running_task(self, name: str) -> EcsTask | None:
        """Returns the task of this id or ARN, if it runs."""
        for task in self.all_tasks:
            if name in (task.id, task.task_arn) and task.is_serving:
                return task
        return None

    def source(self, task: EcsTask) -> Peer:
        """Returns a task as the one who connects, to anywhere."""
        interface = task.place.interface or self.ec2.interface_at(task.vpc_id, task.private_address)
        groups = interface.group_set if interface else ()
        return Peer(ipaddress.IPv4Address(task.private_address), groups)

    def connection(self, task: EcsTask, host: str, port: int) -> Targets | None:
        """Returns where a client alias leads a task, None when the task knows no such alias.

        The proxy knows the aliases of its namespace, and spreads over the healthy tasks.
        """
        namespace_id = self._namespace_of(task)
        if namespace_id is None:
            return None
        found = [
            endpoint
            for endpoint in self._endpoints_in(namespace_id)
            if (host.lower(), port) in endpoint[1].aliases
        ]
        if not found:
            return None
        targets = [
            (
                each.private_address,
                each.place.port_of(endpoint.registry.container, endpoint.container_port),
            )
            for tasks, endpoint in found
            for each in tasks
            if each.last_status == TaskState.RUNNING and each.health_status != "UNHEALTHY"
        ]
        random.shuffle(targets)
        return targets

    def _namespace_of(self, task: EcsTask) -> str | None:
        """Returns the namespace whose aliases the task knows; None without Service Connect."""
        service = self.services.get(f"{task.cluster_name}:{task.service_name}")
        for deployment in service.deployments if service else []:
            if task in deployment.tasks and deployment.connect:
                return deployment.connect.namespace_id
        return None

    def _endpoints_in(self, namespace_id: str) -> Iterator[tuple[list[EcsTask], ConnectEndpoint]]:
        """Yields the endpoints of a namespace, each with the tasks of its deployment."""
        for service in self.services.values():
            for deployment in service.deployments:
                for endpoint in deployment.connect.endpoints if deployment.connect else ():
                    if endpoint.namespace_id == namespace_id:
                        yield deployment.tasks, endpoint
