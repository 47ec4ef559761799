# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the harness: one base class, each error with its facts as attributes."""


class HarnessError(Exception):
    """The base of every error that the harness raises on purpose; its text is fit for a user."""


class TargetError(HarnessError, ValueError):
    """A target, or the environment for it, that cannot be used: what, got, allowed."""

    def __init__(self, what: str, got: object, allowed: str) -> None:
        super().__init__(f"{what}: got {got!r}, allowed: {allowed}")
        self.what, self.got, self.allowed = what, got, allowed
