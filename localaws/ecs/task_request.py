# SPDX-License-Identifier: Apache-2.0
"""What a service, a task set or RunTask asks for when it starts a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from moto.ecs.models import Cluster, TaskDefinition

from localaws.ecs.registry import Registry
from localaws.ecs.targets import TargetGroups
from localaws.ecs.task_needs import TaskNeeds, task_needs


@dataclass(frozen=True, kw_only=True)
class TaskRequest:
    """One task to start; the fields that the API shows have the API's names."""

    cluster: Cluster
    task_definition: TaskDefinition
    network_configuration: Mapping[str, Any] | None
    """None outside awsvpc mode."""
    group: str
    """`service:<name>` for a task of a service, `family:<name>` by default for the others."""
    started_by: str
    launch_type: str
    """FARGATE, EC2 or EXTERNAL."""
    capacity_provider_name: str | None = None
    platform_version: str | None
    overrides: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    registries: Sequence[Registry] = ()
    """Where the task is registered in Cloud Map, if anywhere."""
    target_groups: TargetGroups | None = None
    """Where the task is registered as a target of load balancers, if anywhere."""
    external_id: str = ""
    """That of the task set, for Cloud Map."""
    placement_constraints: Sequence[Mapping[str, str]] = ()
    placement_strategy: Sequence[Mapping[str, str]] = ()
    enable_execute_command: bool = False
    instance_id: str | None = None
    """The container instance that the task must go to: that of StartTask, or of a daemon."""

    @cached_property
    def needs(self) -> TaskNeeds:
        """What each task of the request takes of a container instance."""
        return task_needs(self.task_definition)
