# SPDX-License-Identifier: Apache-2.0
"""What a service, or RunTask, asks for when it starts a task on Fargate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.ecs.models import Cluster, TaskDefinition

from localaws.ecs.registry import Registry


@dataclass(frozen=True, kw_only=True)
class TaskRequest:
    """One task to start; the fields that the API shows have the API's names."""

    cluster: Cluster
    task_definition: TaskDefinition
    network_configuration: Mapping[str, Any]
    group: str
    """`service:<name>` for a task of a service, `family:<name>` by default for the others."""
    started_by: str
    launch_type: str | None
    capacity_provider_name: str | None
    platform_version: str
    overrides: dict[str, Any] = field(default_factory=dict)
    tags: list[dict[str, str]] = field(default_factory=list)
    registry: Registry | None = None
    """Where the task is registered in Cloud Map, if anywhere."""
