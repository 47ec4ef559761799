# SPDX-License-Identifier: Apache-2.0
"""The errors of the application; the command line prints their text and ends with their code."""


class HandsonError(Exception):
    """Something failed, or is not as it should be; the text is for the user."""

    exit_code = 1


class UsageError(HandsonError):
    """A command line or a variable that cannot work as it was given."""

    exit_code = 2


class EndpointError(HandsonError):
    """The local endpoint cannot be reached, started or stopped."""
