# SPDX-License-Identifier: Apache-2.0
"""A task set: the tasks of one deployment that CodeDeploy, or somebody else, controls."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws import runtime
from localaws.ecs.deployments import EcsDeployment

WHOLE: dict[str, Any] = {"value": 100.0, "unit": "PERCENT"}
"""The scale of a task set that has all of the service's desired count."""


@dataclass(kw_only=True)
class EcsTaskSet(EcsDeployment):
    """One task set, in the place of moto's; attributes have the API's names."""

    service_arn: str
    cluster_arn: str
    external_id: str
    started_by: str
    scale: dict[str, Any]
    client_token: str | None = None
    tags: list[dict[str, str]]
    computed_desired_count: int = 0
    stability_status: str = "STABILIZING"
    stability_status_at: datetime = field(default_factory=runtime.timestamp)

    @property
    def task_set_arn(self) -> str:
        prefix = self.service_arn.replace(":service/", ":task-set/")
        return f"{prefix}/{self.id}"

    def has_name(self, name: str) -> bool:
        """Whether the name is the task set's ARN or id."""
        return name in (self.task_set_arn, self.id)

    @property
    def has_gone(self) -> bool:
        """Whether the task set was deleted and its tasks have stopped."""
        return self.status == "DRAINING" and self.is_drained

    def compute_desired_count(self, of_service: int) -> None:
        """Computes the count from the scale, rounded up [API reference, TaskSet]."""
        share = 0.0 if self.status == "DRAINING" else float(self.scale.get("value") or 0)
        self.computed_desired_count = math.ceil(of_service * share / 100)

    def settle(self) -> None:
        """Notes whether the task set has what it asks for."""
        settled = (
            len(self.running_tasks) == self.computed_desired_count
            and self.running_count == self.computed_desired_count
            and not self.pending_count
        )
        status = "STEADY_STATE" if settled else "STABILIZING"
        if status != self.stability_status:
            self.stability_status, self.stability_status_at = status, runtime.timestamp()
            self.updated_at = self.stability_status_at
