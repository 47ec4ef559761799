# SPDX-License-Identifier: Apache-2.0
"""Environments for the child processes of tests."""

import os


def environment_without(*prefixes: str) -> dict[str, str]:
    """Returns this process's variables, without those whose names start with a prefix."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
