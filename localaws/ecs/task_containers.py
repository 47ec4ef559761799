# SPDX-License-Identifier: Apache-2.0
"""The containers of a task: what the API shows of them, and when they end by themselves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from localaws import runtime
from localaws.ecs.health_checks import unhealthy_after
from localaws.ecs.lifetimes import Exit, exit_of
from localaws.ecs.task_needs import PortMapping

UNHEALTHY = "UNHEALTHY"


class TaskContainer:
    """One container of a task."""

    def __init__(self, definition: Mapping[str, Any], override: Mapping[str, Any], index: int):
        self.name: str = definition["name"]
        self.image: str = definition["image"]
        self.essential: bool = definition.get("essential", True)
        self.has_health_check = "healthCheck" in definition
        self.exit: Exit | None = exit_of(definition, override)
        self.unhealthy_after = unhealthy_after(definition)
        """Seconds from the start until the health check has failed; never, when it passes."""
        self._id = str(uuid.uuid4())
        self._index = index
        self._definition = definition

    def exited_at(self, started: float | None) -> Exit | None:
        """Returns how the container has ended by itself, or None; `started` by `runtime.now()`."""
        if self.exit is None or started is None or runtime.now() < started + self.exit.seconds:
            return None
        return self.exit

    def description(
        self,
        *,
        task_arn: str,
        status: str,
        exit_code: int | None,
        health: str,
        attachment: Mapping[str, str] | None,
        host_ports: Mapping[PortMapping, int],
        agent_since: datetime | None,
        has_agent: bool,
    ) -> dict[str, Any]:
        """Returns the container as DescribeTasks shows it."""
        shown: dict[str, Any] = {
            "containerArn": f"{task_arn.replace(':task/', ':container/')}/{self._id}",
            "taskArn": task_arn,
            "name": self.name,
            "image": self.image,
            "runtimeId": f"{task_arn.rsplit('/', 1)[-1]}-{self._index}",
            "lastStatus": status,
            "networkBindings": [
                {
                    "bindIP": "0.0.0.0",
                    "containerPort": mapping.container_port,
                    "hostPort": port,
                    "protocol": mapping.protocol,
                }
                for mapping, port in host_ports.items()
                if mapping.container == self.name
            ],
            "networkInterfaces": [attachment] if attachment else [],
            "healthStatus": health if self.has_health_check or health == UNHEALTHY else "UNKNOWN",
            "cpu": str(self._definition.get("cpu", 0)),
        }
        for size in ("memory", "memoryReservation"):
            if self._definition.get(size):
                shown[size] = str(self._definition[size])
        if exit_code is not None:
            shown["exitCode"] = exit_code
        if has_agent:
            agent: dict[str, Any] = {"name": "ExecuteCommandAgent", "lastStatus": status}
            if agent_since:
                agent["lastStartedAt"] = agent_since
            shown["managedAgents"] = [agent]
        return shown


def task_containers(
    definitions: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any]
) -> list[TaskContainer]:
    """Returns the containers of a task that has these overrides."""
    by_name = {each.get("name"): each for each in overrides.get("containerOverrides") or []}
    return [
        TaskContainer(definition, by_name.get(definition["name"], {}), index)
        for index, definition in enumerate(definitions)
    ]
