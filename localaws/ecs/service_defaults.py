# SPDX-License-Identifier: Apache-2.0
"""What a service has of which its request says nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localaws.ecs.placement import SPREAD_OVER_ZONES


def default_configuration(controller: str, is_daemon: bool) -> dict[str, Any]:
    """Returns the deployment configuration of a service that names none [API reference]."""
    maximum, minimum = (100, 0) if is_daemon else (200, 100)
    configuration: dict[str, Any] = {"maximumPercent": maximum, "minimumHealthyPercent": minimum}
    if controller == "ECS":
        configuration["deploymentCircuitBreaker"] = {"enable": False, "rollback": False}
    return configuration


def default_rebalancing(
    *,
    launch_type: str | None,
    is_daemon: bool,
    maximum_percent: int,
    strategy: Sequence[Mapping[str, str]],
) -> str:
    """ENABLED for a service that AWS can rebalance [developer guide, "Balancing an Amazon ECS
    service across Availability Zones"]: replicas, spread over the zones before anything else.

    `launch_type` is None for a service that has no deployment.
    """
    can_be_rebalanced = (
        launch_type in ("EC2", "FARGATE")
        and not is_daemon
        and maximum_percent > 100
        and (strategy or SPREAD_OVER_ZONES)[0] == SPREAD_OVER_ZONES[0]
    )
    return "ENABLED" if can_be_rebalanced else "DISABLED"
