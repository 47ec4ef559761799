# SPDX-License-Identifier: Apache-2.0
"""Takes down what was put up, last first, whatever fails meanwhile; says what it could not."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from cloudmap_harness.errors import AwsError, HarnessError
from cloudmap_harness.terraform.signals import deferred
from cloudmap_harness.waiting import wait_for

_IN_USE = {
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "DependencyViolation",
    "DuplicateRequest",
    "ResourceInUse",
    "UpdateInProgressException",
}
_PATIENCE = 30.0


class CleanupStack:
    """A context manager; on exit every step that was added runs, also after a Ctrl-C."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Callable[[], object]]] = []
        self.notes: list[str] = []

    def add(self, what: str, step: Callable[[], object]) -> None:
        """Have `step` remove `what`; one that AWS refuses as still in use is tried again."""
        self._steps.append((what, step))

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
                what, step = self._steps.pop()
                try:
                    _insist(what, step)
                except HarnessError as refused:
                    self.notes.append(f"not removed: {what}: {refused}")


def _insist(what: str, step: Callable[[], object]) -> None:
    def refused() -> AwsError | None:
        try:
            step()
        except AwsError as error:
            if error.code in _IN_USE:
                return error
            if error.code.endswith(("NotFound", "NotFoundException")):
                return None
            raise
        return None

    wait_for(
        refused,
        lambda error: [] if error is None else [str(error)],
        expected=f"{what} removed",
        timeout=_PATIENCE,
        interval=0.5,
    )
