# SPDX-License-Identifier: Apache-2.0
"""Why a task ends that nobody has stopped, in AWS's words, and the faults that end one."""

from __future__ import annotations

from dataclasses import dataclass

from localaws.ecs.task_states import TaskState
from localaws.faults.active import ACTIVE
from localaws.faults.task_faults import Hit

REGISTRATION_FAILED = "Timeout waiting for service discovery instance provisioning to complete."
"""AWS's words when a task cannot be registered (AWS provider issue 4082)."""

ESSENTIAL_CONTAINER_EXITED = "Essential container in task exited"

CANNOT_PULL = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
    "failed to resolve ref {image}: not found"
)
"""AWS's words for an image that the registry does not have."""

TASK_FAILED_TO_START = "TaskFailedToStart"
"""The stopCode of a task that never ran."""


@dataclass(frozen=True)
class Ending:
    """What DescribeTasks shows of a task's end."""

    reason: str
    stop_code: str
    exit_code: int = 0


def ending_by_fault(task: Hit, state: TaskState, seconds: float) -> Ending | None:
    """Returns how a fault ends a task that has run for so many seconds; None when none does."""
    if ACTIVE.of_task("zone", task):
        reason = f"The Availability Zone {task.availability_zone} is down (a fault)"
        has_run = state == TaskState.RUNNING
        return Ending(reason, "TerminationNotice" if has_run else TASK_FAILED_TO_START)
    if state == TaskState.PENDING and ACTIVE.of_task("pull", task):
        return Ending(CANNOT_PULL.format(image=task.images[0]), TASK_FAILED_TO_START)
    if state == TaskState.RUNNING:
        crash = ACTIVE.of_task("crash", task)
        if crash and seconds >= crash.after:
            code = "EssentialContainerExited"
            return Ending(ESSENTIAL_CONTAINER_EXITED, code, crash.exit_code)
    return None
