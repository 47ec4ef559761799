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
from localaws.routes import Route


class Connections(EcsState):
    """Finds the way from one task to others."""

    def running_task(self, id_: str) -> EcsTask | None:
        """Returns the task of this id, if it runs."""
        return next((each for each in self.all_tasks if each.id == id_ and each.is_serving), None)

    def source(self, task: EcsTask) -> Route:
        """Returns a task as the source of a connection to anywhere."""
        interface = task.place.interface or self.ec2.interface_at(task.vpc_id, task.private_address)
        return Route(
            security_groups=interface.group_set if interface else [],
            addresses=[ipaddress.IPv4Address(task.private_address)],
            targets=[],
        )

    def connection(self, task: EcsTask, host: str, port: int) -> Route | None:
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
        source = self.source(task)
        return Route(source.security_groups, source.addresses, targets)

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
