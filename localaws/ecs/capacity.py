# SPDX-License-Identifier: Apache-2.0
"""What a request asks to run on: the launch type, the capacity providers, the platform version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from moto.ecs.exceptions import ECSException, InvalidParameterException

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""

Strategy = Sequence[Mapping[str, Any]]
"""A capacity provider strategy."""

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL")

LATEST_PLATFORM_VERSION = "1.4.0"
PLATFORM_VERSIONS = ("LATEST", LATEST_PLATFORM_VERSION, "1.3.0")
"""The platform versions of Linux tasks on Fargate."""


def launch_type(params: Params) -> str:
    """Returns the launch type of the tasks: the one asked for, that of the providers, or EC2.

    Raises InvalidParameterException for an unknown one, and for one beside a strategy.
    """
    asked = params.get("launchType")
    strategy = params.get("capacityProviderStrategy") or []
    if asked and strategy:
        raise InvalidParameterException(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if asked and asked not in LAUNCH_TYPES:
        raise InvalidParameterException(
            f"launch type should be one of [{','.join(sorted(LAUNCH_TYPES))}]"
        )
    if strategy:
        return "FARGATE" if strategy[0]["capacityProvider"] in FARGATE_PROVIDERS else "EC2"
    return asked or "EC2"


def validate_strategy(strategy: Strategy) -> None:
    """Raises InvalidParameterException for a strategy that places no task [API reference]."""
    on_fargate = [each["capacityProvider"] in FARGATE_PROVIDERS for each in strategy]
    if len({*on_fargate}) > 1:
        raise InvalidParameterException(
            "The specified capacity provider strategy cannot contain both Fargate and Auto Scaling "
            "group capacity providers."
        )
    if sum(bool(each.get("base")) for each in strategy) > 1:
        raise InvalidParameterException(
            "Only one capacity provider in a capacity provider strategy can have a base defined."
        )
    if len(strategy) > 1 and not any(each.get("weight") for each in strategy):
        raise InvalidParameterException(
            "The specified capacity provider strategy must have a capacity provider with a weight "
            "greater than 0."
        )


def next_provider(strategy: Strategy, placed: Counter[str | None]) -> str | None:
    """Returns the provider of the next task: first the base, then by weight; None without one.

    `placed` counts the tasks that each provider has [developer guide, "Capacity providers"].
    """
    if not strategy:
        return None
    for each in strategy:
        if placed[each["capacityProvider"]] < (each.get("base") or 0):
            return str(each["capacityProvider"])
    weighted = [each for each in strategy if each.get("weight")] or strategy[:1]

    def share(each: Mapping[str, Any]) -> float:
        beyond = placed[each["capacityProvider"]] - (each.get("base") or 0)
        return (beyond + 1) / (each.get("weight") or 1)

    return str(min(weighted, key=share)["capacityProvider"])


def requested_platform_version(params: Params) -> str | None:
    """Returns the platform version that the parameters ask for, LATEST by default.

    None for tasks that are not on Fargate. Raises PlatformUnknownException for a version that
    Fargate does not have.
    """
    if launch_type(params) != "FARGATE":
        if params.get("platformVersion"):
            raise InvalidParameterException(
                "The platform version must be null when specifying an EC2 launch type."
            )
        return None
    version: str = params.get("platformVersion") or "LATEST"
    if version not in PLATFORM_VERSIONS:
        raise ECSException(
            "PlatformUnknownException", "The specified platform version doesn't exist."
        )
    return version


def actual_platform_version(requested: str | None) -> str | None:
    """Returns the version number that a requested platform version stands for."""
    return LATEST_PLATFORM_VERSION if requested == "LATEST" else requested
