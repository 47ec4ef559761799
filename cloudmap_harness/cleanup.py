# SPDX-License-Identifier: Apache-2.0
"""Removes resources in reverse order, whatever fails meanwhile, and reports what it could not."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from cloudmap_harness.errors import AwsError, HarnessError
from cloudmap_harness.live_line import doing
from cloudmap_harness.terraform.signals import deferred
from cloudmap_harness.waiting import wait_for

RETRY_SECONDS = 30.0
"""Seconds for which a removal that AWS refuses as still in use is repeated."""
RETRY_INTERVAL = 0.1

_IN_USE = {
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "DependencyViolation",
    "DuplicateRequest",
    "ResourceInUse",
    "UpdateInProgressException",
}


class CleanupStack:
    """A context manager that runs every added step when it exits, the last one first.

    Signals wait until all steps have run. A step that fails becomes a line of `notes`.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[str, Callable[[], object]]] = []
        self.notes: list[str] = []

    def add(self, resource: str, remove: Callable[[], object]) -> None:
        """Adds the step that removes `resource`; `notes` names the resource when that fails."""
        self._steps.append((resource, remove))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with deferred():
            while self._steps:
                resource, remove = self._steps.pop()
                try:
                    with doing(f"removing {resource}"):
                        _remove_when_unused(resource, remove)
                except HarnessError as failure:
                    self.notes.append(f"not removed: {resource}: {failure}")


def _remove_when_unused(resource: str, remove: Callable[[], object]) -> None:
    """Removes a resource, also one that is in use at first or is gone already.

    Raises WaitTimeout when it stays in use, and AwsError when AWS refuses for another reason.
    """

    def refusal() -> AwsError | None:
        try:
            remove()
        except AwsError as error:
            if error.code in _IN_USE:
                return error
            if error.code.endswith(("NotFound", "NotFoundException")):
                return None
            raise
        return None

    wait_for(
        refusal,
        lambda error: [] if error is None else [str(error)],
        expected=f"{resource} removed",
        timeout=RETRY_SECONDS,
        interval=RETRY_INTERVAL,
    )
