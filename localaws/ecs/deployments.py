# SPDX-License-Identifier: Apache-2.0
"""A service's deployments: the tasks of one task definition and configuration, and their failures.

Source of the thresholds: ECS developer guide, "How the Amazon ECS deployment circuit breaker
detects failures".
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.ecs.models import TaskDefinition

from localaws import runtime
from localaws.ecs.capacity import actual_platform_version
from localaws.ecs.registry import Registry
from localaws.ecs.service_connect import Connect
from localaws.ecs.targets import TargetGroups
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import EcsTask

MIN_FAILURE_THRESHOLD, MAX_FAILURE_THRESHOLD = 3, 200
"""The circuit breaker's threshold is half of the desired count, within these bounds."""

MAX_RETRY_DELAY_SECONDS = 60.0
"""The longest delay between two attempts to start tasks.

AWS's delay grows to 27 minutes; AWS does not document how; ours.
"""


def _deployment_id() -> str:
    """Returns `ecs-svc/` and 19 digits."""
    return f"ecs-svc/{random.randint(10**18, 10**19 - 1)}"


@dataclass(kw_only=True)
class EcsDeployment:
    """One deployment; the attributes that the API shows have the API's names."""

    definition: TaskDefinition
    """The task definition itself: a service keeps it after it was deregistered and deleted."""
    launch_type: str | None
    """None beside a capacity provider strategy."""
    actual_launch_type: str
    """That of the tasks."""
    capacity_provider_strategy: list[dict[str, Any]]
    network_configuration: Mapping[str, Any] | None
    """None outside awsvpc mode."""
    service_registries: list[dict[str, Any]]
    registry: Registry | None
    """The registry that `service_registries` names."""
    load_balancers: list[dict[str, Any]]
    target_groups: TargetGroups | None = None
    """Those that `load_balancers` name."""
    requested_platform_version: str | None
    """None for tasks that are not on Fargate."""
    connect: Connect | None = None
    """What Service Connect is of it, if it was configured."""
    volume_configurations: list[dict[str, Any]] = field(default_factory=list)
    vpc_lattice_configurations: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=_deployment_id)
    status: str = "PRIMARY"
    """PRIMARY for the newest, ACTIVE for an older one that still has tasks."""
    desired_count: int = 0
    rollout_state: str = "IN_PROGRESS"
    rollout_state_reason: str = ""
    created_at: datetime = field(default_factory=runtime.timestamp)
    updated_at: datetime = field(default_factory=runtime.timestamp)
    tasks: list[EcsTask] = field(default_factory=list)
    placement_failures: int = 0
    """How often in a row no subnet had a place for a task."""
    next_start_at: float = 0.0
    """The time of `runtime.now()` before which the scheduler starts no further task."""

    def __post_init__(self) -> None:
        self.rollout_state_reason = f"ECS deployment {self.id} in progress."

    @property
    def registries(self) -> list[Registry]:
        """Where its tasks are registered: the service registry, and Service Connect's endpoints."""
        endpoints = self.connect.endpoints if self.connect else ()
        own = [self.registry] if self.registry else []
        return [*own, *(endpoint.registry for endpoint in endpoints)]

    @property
    def service_connect_configuration(self) -> Mapping[str, Any] | None:
        return self.connect.configuration if self.connect else None

    @property
    def service_connect_resources(self) -> list[dict[str, str]]:
        return [endpoint.shown for endpoint in self.connect.endpoints] if self.connect else []

    @property
    def active_tasks(self) -> list[EcsTask]:
        """The tasks whose desired status is RUNNING."""
        running = TaskState.RUNNING  # In Python 3.11 it takes longer to look up than to compare.
        return [task for task in self.tasks if task.desired_status is running]

    @property
    def running_tasks(self) -> list[EcsTask]:
        """The active tasks that have reached RUNNING."""
        running = TaskState.RUNNING
        return [task for task in self.active_tasks if task.last_status is running]

    @property
    def running_count(self) -> int:
        return [task.last_status for task in self.tasks].count(TaskState.RUNNING)

    @property
    def pending_count(self) -> int:
        running = TaskState.RUNNING
        return sum(task.last_status is not running for task in self.active_tasks)

    @property
    def task_definition(self) -> str:
        arn: str = self.definition.arn
        return arn

    @property
    def platform_version(self) -> str | None:
        return actual_platform_version(self.requested_platform_version)

    @property
    def platform_family(self) -> str | None:
        return "Linux" if self.actual_launch_type == "FARGATE" else None

    @property
    def consecutive_failures(self) -> int:
        """How often a task could not be started since one last started."""
        failed = [task for task in self.tasks if task.failed_to_start]
        if not failed:
            return self.placement_failures
        starts = [task.started_at for task in self.tasks if task.started_at]
        last_start = max(starts, default=self.created_at)
        return self.placement_failures + sum(task.created_at >= last_start for task in failed)

    @property
    def failed_tasks(self) -> int:
        """The failures until the first task runs, and 0 from then on [API reference]."""
        return 0 if any(task.started_at for task in self.tasks) else self.consecutive_failures

    @property
    def is_drained(self) -> bool:
        """Whether all tasks have left the service."""
        return all(task.is_drained for task in self.tasks)

    def exceeds_failure_threshold(self, desired_count: int) -> bool:
        """Returns whether the circuit breaker, if enabled, fails the deployment."""
        half = math.ceil(desired_count / 2)
        return self.failed_tasks >= min(max(half, MIN_FAILURE_THRESHOLD), MAX_FAILURE_THRESHOLD)

    def delay_next_start(self) -> None:
        """Delays the next attempt to start tasks: twice as long for each consecutive failure."""
        delay = runtime.settings.task_step_seconds * 2 ** min(self.consecutive_failures, 16)
        self.next_start_at = runtime.now() + min(delay, MAX_RETRY_DELAY_SECONDS)

    def complete(self) -> None:
        """Marks the deployment as COMPLETED: its tasks run, and older ones have none."""
        self._set_rollout("COMPLETED", f"ECS deployment {self.id} completed.")

    def fail(self) -> None:
        """Marks the deployment as FAILED by the circuit breaker: no further task is started."""
        self._set_rollout("FAILED", "ECS deployment circuit breaker: tasks failed to start.")

    def reactivate(self) -> None:
        """Puts a completed deployment in progress again, because a later one failed."""
        self._set_rollout(
            "IN_PROGRESS",
            f"ECS deployment circuit breaker: rolling back to deploymentId {self.id}.",
        )

    def _set_rollout(self, state: str, reason: str) -> None:
        self.rollout_state, self.rollout_state_reason = state, reason
        self.updated_at = runtime.timestamp()
