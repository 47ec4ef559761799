# SPDX-License-Identifier: Apache-2.0
"""The registration of one task in Cloud Map, from its first operation to its last."""

from __future__ import annotations

from localaws.cloudmap.operations import Operation
from localaws.ecs.registry import Registry, TaskInstance


class Registration:
    """Registers and deregisters one task; at most one operation is in progress at a time."""

    def __init__(self, registry: Registry, instance: TaskInstance):
        self._registry = registry
        self._instance = instance
        self._operation: Operation | None = None
        self._is_registered = False

    @property
    def is_in_progress(self) -> bool:
        """Whether the task has to wait for an operation of Cloud Map."""
        return self._operation is not None and self._operation.in_progress

    def submit(self) -> None:
        """Submits the registration. Raises Cloud Map's errors."""
        self._operation = self._registry.register(self._instance)

    def finish(self) -> bool:
        """Takes the result of the submitted registration; returns False when it failed."""
        if self._operation is None:
            return True
        self._is_registered = self._operation.status == "SUCCESS"
        self._operation = None
        return self._is_registered

    def withdraw(self) -> bool:
        """Submits the deregistration; returns False when nothing is left to deregister.

        The task calls it again when the operation has ended, because another client may have
        registered the same instance in the meantime.
        """
        self._operation = None
        if self._is_registered:
            self._operation = self._registry.deregister(self._instance.id)
        return self._operation is not None

    def report(self, unhealthy: bool) -> None:
        """Tells Cloud Map whether the containers of the registered task are unhealthy."""
        if self._is_registered:
            status = "UNHEALTHY" if unhealthy else "HEALTHY"
            self._registry.report(self._instance.id, status)
