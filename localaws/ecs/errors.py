# SPDX-License-Identifier: Apache-2.0
"""What is not an error of the API but ends in one, or in an event."""


class CannotPlace(Exception):
    """No task can be started in the given network; the text is the reason that AWS would give."""
