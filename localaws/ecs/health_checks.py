# SPDX-License-Identifier: Apache-2.0
"""A container's health check, which nothing here runs: an estimate from its command.

Ours: a command that ends with another code than 0 (`exit 1`, `false`), or later than its timeout
(`sleep 60`), fails; every other passes. The figures are Docker's, with ECS's defaults
[API reference, HealthCheck].
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from localaws.ecs.lifetimes import exit_of

SHELL_FORM = "CMD-SHELL"
NEVER = math.inf

DEFAULTS: Mapping[str, int] = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}
"""Seconds, and the failures in a row that make a container unhealthy."""


def unhealthy_after(container: Mapping[str, Any]) -> float:
    """Returns the seconds from a container's start until it is unhealthy; NEVER if it passes.

    The first check is an interval after the start, each further one an interval after the end of
    the last one; failures in the start period do not count.
    """
    check = container.get("healthCheck")
    if not check:
        return NEVER
    figures: dict[str, float] = {
        **DEFAULTS,
        **{name: each for name, each in check.items() if name in DEFAULTS},
    }
    words = [str(word) for word in check.get("command") or []]
    command = ["sh", "-c", *words[1:]] if words[:1] == [SHELL_FORM] else words[1:] or words
    ends = exit_of({"image": "", "command": command}, {}) if command else None
    if ends is None or (ends.code == 0 and ends.seconds <= figures["timeout"]):
        return NEVER
    each = figures["interval"] + min(ends.seconds, figures["timeout"])
    before = math.ceil(figures["startPeriod"] / each)
    return (before + figures["retries"]) * each
