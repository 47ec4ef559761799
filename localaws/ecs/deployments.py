# SPDX-License-Identifier: Apache-2.0
"""A service's deployments: the tasks of one task definition and configuration."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws import runtime
from localaws.ecs.registry import Registry
from localaws.ecs.tasks import FargateTask


def _id() -> str:
    """`ecs-svc/` and 19 digits."""
    return f"ecs-svc/{random.randint(10**18, 10**19 - 1)}"


@dataclass(kw_only=True)
class Deployment:
    """One deployment; the attributes bear the names of the API's members."""

    task_definition: str
    launch_type: str | None
    capacity_provider_strategy: list[dict[str, Any]]
    network_configuration: dict[str, Any]
    registry: Registry | None
    platform_version: str = "1.4.0"
    """What LATEST stands for."""
    platform_family: str = "Linux"
    id: str = field(default_factory=_id)
    status: str = "PRIMARY"
    """PRIMARY for the newest, ACTIVE for an older one that still has tasks."""
    desired_count: int = 0
    failed_tasks: int = 0
    rollout_state: str = "IN_PROGRESS"
    rollout_state_reason: str = ""
    created_at: datetime = field(default_factory=runtime.timestamp)
    updated_at: datetime = field(default_factory=runtime.timestamp)
    tasks: list[FargateTask] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rollout_state_reason = f"ECS deployment {self.id} in progress."

    @property
    def alive(self) -> list[FargateTask]:
        """The tasks that are to run."""
        return [task for task in self.tasks if task.desired_status == "RUNNING"]

    @property
    def running(self) -> list[FargateTask]:
        """The tasks that are to run and do."""
        return [task for task in self.alive if task.last_status == "RUNNING"]

    @property
    def running_count(self) -> int:
        return sum(task.last_status == "RUNNING" for task in self.tasks)

    @property
    def pending_count(self) -> int:
        return len(self.alive) - len(self.running)

    @property
    def is_drained(self) -> bool:
        """No task of it is left in service."""
        return all(task.is_past_stopping for task in self.tasks)

    def complete(self) -> None:
        """All its tasks run, and none of an older deployment."""
        self.rollout_state = "COMPLETED"
        self.rollout_state_reason = f"ECS deployment {self.id} completed."
        self.updated_at = runtime.timestamp()
