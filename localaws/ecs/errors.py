# SPDX-License-Identifier: Apache-2.0
"""An exception inside ECS that reaches the client as a failure or an event, not as an API error."""

from __future__ import annotations

from collections.abc import Sequence

TROUBLESHOOTING = (
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
)
NO_INSTANCE = (
    "was unable to place a task because no container instance met all of its requirements."
)


class CannotPlace(Exception):
    """There is no place for a task; the text is the reason in AWS's words."""

    @property
    def event(self) -> str:
        """What the service's event says, after the service's name."""
        return f"was unable to place a task. Reason: {self}"

    def failures(self, task_definition_arn: str) -> list[dict[str, str]]:
        """What RunTask answers."""
        return [{"arn": task_definition_arn, "reason": str(self)}]


class NoContainerInstance(CannotPlace):
    """No container instance has a place for a task."""

    def __init__(self, reason: str, unfit: Sequence[tuple[str, str]] = ()):
        super().__init__(reason)
        self.unfit = unfit
        """The ARN of each container instance, and RunTask's word for what it lacks."""

    @property
    def event(self) -> str:
        reason = self if self.unfit else f"Reason: {self}"
        return f"{NO_INSTANCE} {reason} {TROUBLESHOOTING}"

    def failures(self, task_definition_arn: str) -> list[dict[str, str]]:
        return [{"arn": arn, "reason": lack} for arn, lack in self.unfit]
