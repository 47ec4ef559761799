# SPDX-License-Identifier: Apache-2.0
"""What a scaling policy makes of a capacity when its alarm goes off.

Source: Application Auto Scaling user guide, "How step scaling works" and "How target tracking
works". Cooldowns are not waited for: an alarm goes off here when somebody sets it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import Alarm


def value_of(alarm: Alarm) -> float | None:
    """Returns the metric's value that set the alarm off, from the reason's data, or None."""
    try:
        points = json.loads(alarm.state_reason_data or "{}").get("recentDatapoints") or []
        return float(points[-1]) if points else None
    except (ValueError, TypeError, AttributeError):
        return None


def stepped(current: int, policy: Mapping[str, Any], alarm: Alarm) -> int:
    """Returns the capacity after a step scaling policy."""
    value = value_of(alarm)
    breach = 0.0 if value is None else value - float(alarm.threshold)
    goes_down = alarm.comparison_operator.startswith("LessThan")
    for step in policy.get("StepAdjustments") or []:
        lower = step.get("MetricIntervalLowerBound")
        upper = step.get("MetricIntervalUpperBound")
        low = -math.inf if lower is None else float(lower)
        high = math.inf if upper is None else float(upper)
        if low < breach <= high if goes_down else low <= breach < high:
            return _adjusted(current, policy, int(step["ScalingAdjustment"]))
    return current


def _adjusted(current: int, policy: Mapping[str, Any], adjustment: int) -> int:
    match policy.get("AdjustmentType"):
        case "ExactCapacity":
            return adjustment
        case "PercentChangeInCapacity":
            change = current * adjustment / 100
            # Towards 0, but by one at the least.
            whole = math.trunc(change) or int(math.copysign(1, change)) if change else 0
            least = int(policy.get("MinAdjustmentMagnitude") or 0)
            if whole and abs(whole) < least:
                whole = int(math.copysign(least, whole))
            return current + whole
        case _:
            return current + adjustment


def tracked(current: int, policy: Mapping[str, Any], alarm: Alarm) -> int:
    """Returns the capacity after a target tracking policy; by one when no value is known."""
    target, value = float(policy["TargetValue"]), value_of(alarm)
    goes_down = alarm.comparison_operator.startswith("LessThan")
    if goes_down:
        if policy.get("DisableScaleIn"):
            return current
        wanted = current - 1 if value is None else math.ceil(current * value / target)
        return min(wanted, current - 1)
    wanted = current + 1 if value is None else math.ceil(current * value / target)
    return max(wanted, current + 1)
