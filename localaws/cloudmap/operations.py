# SPDX-License-Identifier: Apache-2.0
"""Cloud Map's operations: most calls only submit one; its work is done when it ends."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from localaws import runtime
from localaws.cloudmap.errors import (
    DuplicateRequest,
    InvalidInput,
    OperationFailed,
    OperationNotFound,
)

ID_ALPHABET = string.ascii_lowercase + string.digits


def random_id(length: int) -> str:
    """An id in Cloud Map's format: lower-case letters and digits."""
    return "".join(random.choices(ID_ALPHABET, k=length))


def change_id() -> str:
    """The id of a Route 53 change: C and 20 upper-case letters or digits."""
    return f"C{random_id(20).upper()}"


def operation_id() -> str:
    """32 characters, a dash, 8 characters: `gv4g5meo7ndmeh4fqskygvk23d2fijwa-k9302yzd`."""
    return f"{random_id(32)}-{random_id(8)}"


@dataclass(kw_only=True)
class Operation:
    """An operation; the fields that the API shows have the names of the API's members."""

    type: str
    targets: dict[str, str]
    owner_account: str
    action: str
    """The API action that submitted it, for DuplicateRequest's message."""
    subject: tuple[str, ...]
    """What the operation changes; a subject has one operation in progress at most."""
    creator_request_id: str | None
    parameters: object
    """The call's parameters, which a repetition with the same CreatorRequestId must not change."""
    complete: partial[None]
    """Does the work: a partial, which can be kept with the account as a closure cannot.

    Raises OperationFailed when AWS would end the operation with FAIL.
    """
    id: str = field(default_factory=operation_id)
    status: str = "SUBMITTED"
    error_code: str | None = None
    error_message: str | None = None
    create_date: datetime = field(default_factory=runtime.timestamp)
    update_date: datetime = field(default_factory=runtime.timestamp)
    due: float = field(default_factory=lambda: runtime.now() + runtime.settings.operation_seconds)

    @property
    def in_progress(self) -> bool:
        return self.status in ("SUBMITTED", "PENDING")

    def advance(self) -> None:
        """Moves the operation to its next status: SUBMITTED, PENDING, when due SUCCESS or FAIL."""
        if self.status == "SUBMITTED":
            self._become("PENDING")
        elif self.status == "PENDING" and runtime.now() >= self.due:
            try:
                self.complete()
            except OperationFailed as failure:
                self.error_code, self.error_message = failure.error_code, failure.error_message
                self._become("FAIL")
            else:
                self._become("SUCCESS")

    def _become(self, status: str) -> None:
        self.status = status
        self.update_date = runtime.timestamp()


class Operations:
    """All operations of an account in a region."""

    def __init__(self) -> None:
        self._all: dict[str, Operation] = {}
        self._in_progress: dict[tuple[str, ...], Operation] = {}
        self._by_request: dict[tuple[str, str], Operation] = {}

    def submit(self, operation: Operation) -> str:
        """Submits an operation; returns its id, or the id of the operation that this call repeats.

        A call repeated with its CreatorRequestId has no second effect. Raises DuplicateRequest
        when another operation on the same subject is in progress.
        """
        request = operation.creator_request_id
        if (repeated := self.repeated(operation.action, request, operation.parameters)) is not None:
            return repeated.id
        if other := self.in_progress_on(operation.subject):
            raise DuplicateRequest(other.action, other.id)
        self._all[operation.id] = operation
        self._in_progress[operation.subject] = operation
        if operation.creator_request_id:
            self._by_request[operation.action, operation.creator_request_id] = operation
        return operation.id

    def repeated(
        self, action: str, creator_request_id: str | None, parameters: object
    ) -> Operation | None:
        """The operation that a call of this action with this CreatorRequestId submitted.

        Raises InvalidInput when that call had other parameters. AWS does not document this; ours.
        """
        operation = self._by_request.get((action, creator_request_id or ""))
        if operation and operation.parameters != parameters:
            raise InvalidInput(
                f"The CreatorRequestId {creator_request_id} was used with other parameters."
            )
        return operation

    def get(self, operation_id: str) -> Operation:
        if operation_id not in self._all:
            raise OperationNotFound(f"Operation with id {operation_id} was not found.")
        return self._all[operation_id]

    def all(self) -> list[Operation]:
        return [*self._all.values()]

    def in_progress_on(self, subject: tuple[str, ...]) -> Operation | None:
        """The operation in progress on exactly this subject, or None."""
        return self._in_progress.get(subject)

    def in_progress(self, type_: str) -> list[Operation]:
        """The operations of a type that are in progress."""
        return [each for each in self._in_progress.values() if each.type == type_]

    def advance(self) -> None:
        """Moves every operation in progress to its next status."""
        for subject, operation in [*self._in_progress.items()]:
            operation.advance()
            if not operation.in_progress:
                del self._in_progress[subject]
