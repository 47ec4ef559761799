# SPDX-License-Identifier: Apache-2.0
"""What ECS refuses of CreateService and UpdateService."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.ecs.exceptions import InvalidParameterException

from localaws.ecs.capacity import Params
from localaws.ecs.placement import validate_placement

MAX_TASKS, MAX_TASKS_WITH_DISCOVERY = 5000, 1000
"""The quotas of tasks in a service [developer guide, "Service quotas" and "Service discovery"]."""

CONTROLLERS = ("ECS", "CODE_DEPLOY", "EXTERNAL")


def validate(params: Params, kind: str, controller: str) -> None:
    """Raises AWS's errors for what a launch type or a deployment controller lacks."""
    if kind == "FARGATE":
        _validate_for_fargate(params)
    validate_placement(params)
    if kind == "EXTERNAL" and (params.get("loadBalancers") or params.get("serviceRegistries")):
        raise InvalidParameterException(
            "Load balancers and service registries are not supported with EXTERNAL launch type."
        )
    if controller not in CONTROLLERS:
        raise InvalidParameterException(f"Unknown deployment controller type: {controller}")
    if controller == "EXTERNAL" and params.get("taskDefinition"):
        raise InvalidParameterException(
            "The task definition belongs to the task sets of a service with an EXTERNAL deployment "
            "controller."
        )
    if controller != "ECS" and (params.get("serviceConnectConfiguration") or {}).get("enabled"):
        raise InvalidParameterException(
            f"Service Connect is not supported with a {controller} deployment controller."
        )
    is_daemon = params.get("schedulingStrategy") == "DAEMON"
    if is_daemon and controller != "ECS":
        raise InvalidParameterException(
            f"The daemon scheduling strategy is not supported with a {controller} deployment "
            "controller."
        )
    if is_daemon and params.get("placementStrategy"):
        raise InvalidParameterException(
            "Placement strategies are not supported with the daemon scheduling strategy."
        )
    if is_daemon and params.get("availabilityZoneRebalancing") == "ENABLED":
        raise InvalidParameterException(
            "Availability Zone rebalancing is not supported with the daemon scheduling strategy."
        )


def _validate_for_fargate(params: Params) -> None:
    if params.get("schedulingStrategy") == "DAEMON":
        raise InvalidParameterException(
            "The daemon scheduling strategy is not supported on Fargate."
        )
    for key, name in (
        ("placementConstraints", "Placement constraints"),
        ("placementStrategy", "Placement strategies"),
    ):
        if params.get(key):
            raise InvalidParameterException(f"{name} are not supported with FARGATE launch type.")


def refuse_deployment(params: Params, controller: str) -> None:
    """Raises AWS's error for parameters that only a task set has under this controller."""
    for key, words in (
        ("taskDefinition", "task definition"),
        ("networkConfiguration", "network parameters"),
        ("platformVersion", "platform version"),
    ):
        if params.get(key):
            raise InvalidParameterException(
                f"Unable to update {words} on services with a {controller} deployment controller. "
                "Use AWS CodeDeploy to trigger a new deployment."
            )
    if params.get("forceNewDeployment"):
        raise InvalidParameterException(
            f"Cannot force a new deployment on services with a {controller} deployment controller. "
            "Use AWS CodeDeploy to trigger a new deployment."
        )


def refuse_over_quota(params: Params, registries: Sequence[Any] | None) -> None:
    """Raises InvalidParameterException when the desired count exceeds the service's quota."""
    what, quota = "A service", MAX_TASKS
    if registries:
        what, quota = "A service with service discovery", MAX_TASKS_WITH_DISCOVERY
    if (params.get("desiredCount") or 0) > quota:
        raise InvalidParameterException(f"{what} can have {quota} tasks.")
