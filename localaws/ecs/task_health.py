# SPDX-License-Identifier: Apache-2.0
"""Whether a running task is healthy: by its containers' health checks, unless a fault says not."""

from __future__ import annotations

from collections.abc import Sequence

from localaws import runtime
from localaws.ecs.registration import Registration
from localaws.ecs.task_containers import UNHEALTHY, TaskContainer


class TaskHealth:
    """The health status of a task, of which Cloud Map is told."""

    def __init__(
        self, containers: Sequence[TaskContainer], registrations: Sequence[Registration]
    ) -> None:
        self.has_check = any(each.has_health_check for each in containers)
        """Whether a container has a health check."""
        self.status = "UNKNOWN"
        self.is_ill = False
        """Whether a fault makes the containers unhealthy."""
        self._unhealthy_after = min(each.unhealthy_after for each in containers if each.essential)
        self._registrations = registrations

    def check(self, running_since: float) -> float:
        """Passes or fails the health checks; returns when they are to be looked at again.

        AWS does not document how long the first check takes; ours: one step after the start.
        """
        fails_at = running_since + self._unhealthy_after
        if not self.is_ill:
            if runtime.now() >= fails_at:
                self._become(UNHEALTHY)
            elif self.has_check:
                self._become("HEALTHY")
        return fails_at

    def suffer(self, is_ill: bool) -> None:
        """Begins or ends what a fault does to the containers."""
        if is_ill != self.is_ill:
            self.is_ill = is_ill
            healthy = "HEALTHY" if self.has_check else "UNKNOWN"
            self._become(UNHEALTHY if is_ill else healthy)

    def _become(self, status: str) -> None:
        if self.status != status:
            self.status = status
            for registration in self._registrations:
                registration.report(status == UNHEALTHY)
