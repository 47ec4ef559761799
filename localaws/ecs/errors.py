# SPDX-License-Identifier: Apache-2.0
"""An exception inside ECS that reaches the client as a failure or an event, not as an API error."""


class CannotPlace(Exception):
    """The network of a task has no place for it; the text is the reason in AWS's words."""
