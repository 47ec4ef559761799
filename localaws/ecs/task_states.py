# SPDX-License-Identifier: Apache-2.0
"""The states of an ECS task and their order.

Source: ECS developer guide, "Amazon ECS task lifecycle".
"""

from __future__ import annotations

from enum import StrEnum


class TaskState(StrEnum):
    """The states of a task, in the order in which every task passes through them."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"
    STOPPED = "STOPPED"


def next_state(current: TaskState, desired: TaskState) -> TaskState | None:
    """Returns the state that follows `current`, or None when the task stays where it is.

    `desired` is RUNNING or STOPPED. A task that is to stop before it runs skips the rest of its
    start: its next state is DEACTIVATING.
    """
    if current == desired:
        return None
    order = list(TaskState)
    position = order.index(current)
    if desired == TaskState.STOPPED:
        position = max(position, order.index(TaskState.RUNNING))
    return order[position + 1]
