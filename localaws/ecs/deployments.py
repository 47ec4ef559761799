# SPDX-License-Identifier: Apache-2.0
"""A service's deployments: the tasks of one task definition and configuration, and their failures.

Source of the thresholds: ECS developer guide, "How the Amazon ECS deployment circuit breaker
detects failures".
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.ecs.models import TaskDefinition

from localaws import runtime
from localaws.ecs.registry import Registry
from localaws.ecs.tasks import FargateTask

FEWEST_FAILURES, MOST_FAILURES = 3, 200
"""Half of the desired count, but so many failures at least and at the most, are too many."""
LONGEST_RETRY_SECONDS = 60.0
"""Between two attempts to start tasks (a choice; in AWS the delay grows to 27 minutes)."""


def _id() -> str:
    """`ecs-svc/` and 19 digits."""
    return f"ecs-svc/{random.randint(10**18, 10**19 - 1)}"


def resolved(platform_version: str) -> str:
    """What LATEST stands for, or the version itself."""
    return "1.4.0" if platform_version == "LATEST" else platform_version


@dataclass(kw_only=True)
class Deployment:
    """One deployment; the attributes bear the names of the API's members."""

    definition: TaskDefinition
    """Kept, since a service goes on with one that was deregistered and deleted."""
    launch_type: str | None
    capacity_provider_strategy: list[dict[str, Any]]
    network_configuration: dict[str, Any]
    service_registries: list[dict[str, Any]]
    registry: Registry | None
    """What `service_registries` names."""
    requested_platform_version: str
    platform_family: str = "Linux"
    id: str = field(default_factory=_id)
    status: str = "PRIMARY"
    """PRIMARY for the newest, ACTIVE for an older one that still has tasks."""
    desired_count: int = 0
    rollout_state: str = "IN_PROGRESS"
    rollout_state_reason: str = ""
    created_at: datetime = field(default_factory=runtime.timestamp)
    updated_at: datetime = field(default_factory=runtime.timestamp)
    tasks: list[FargateTask] = field(default_factory=list)
    unplaced: int = 0
    """Attempts in a row for which there was no place in the service's subnets."""
    retry_at: float = 0.0
    """Before that no further task is started."""

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
    def task_definition(self) -> str:
        arn: str = self.definition.arn
        return arn

    @property
    def platform_version(self) -> str:
        return resolved(self.requested_platform_version)

    @property
    def failures(self) -> int:
        """How often in a row a task could not be started."""
        starts = [task.started_at for task in self.tasks if task.started_at]
        last_start = max(starts, default=self.created_at)
        return self.unplaced + sum(
            task.failed_to_start and task.created_at >= last_start for task in self.tasks
        )

    @property
    def failed_tasks(self) -> int:
        """The failures so far; none as soon as one task has run [API reference]."""
        return 0 if any(task.started_at for task in self.tasks) else self.failures

    def has_failed(self, desired_count: int) -> bool:
        """Whether there were too many failures for the deployment circuit breaker."""
        half = math.ceil(desired_count / 2)
        return self.failed_tasks >= min(max(half, FEWEST_FAILURES), MOST_FAILURES)

    def put_off(self) -> None:
        """Let the next attempt wait, the longer the more have failed."""
        delay = runtime.settings.task_step_seconds * 2 ** min(self.failures, 16)
        self.retry_at = runtime.now() + min(delay, LONGEST_RETRY_SECONDS)

    @property
    def is_drained(self) -> bool:
        """No task of it is left in service."""
        return all(task.is_past_stopping for task in self.tasks)

    def complete(self) -> None:
        """All its tasks run, and none of an older deployment."""
        self._become("COMPLETED", f"ECS deployment {self.id} completed.")

    def fail(self) -> None:
        """The circuit breaker: no further task of it is started."""
        self._become("FAILED", "ECS deployment circuit breaker: tasks failed to start.")

    def come_back(self, failed: Deployment) -> None:
        """Be in progress again, in the place of a later one that failed."""
        self.status, failed.status = "PRIMARY", "ACTIVE"
        self._become(
            "IN_PROGRESS",
            f"ECS deployment circuit breaker: rolling back to deploymentId {self.id}.",
        )

    def _become(self, rollout_state: str, reason: str) -> None:
        self.rollout_state, self.rollout_state_reason = rollout_state, reason
        self.updated_at = runtime.timestamp()
