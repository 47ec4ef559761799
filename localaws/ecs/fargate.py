# SPDX-License-Identifier: Apache-2.0
"""What a request asks of Fargate: the launch type, the capacity provider, the platform version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.ecs.exceptions import ECSException

Params = Mapping[str, Any]
"""A request's parameters, named as in the API."""

CAPACITY_PROVIDERS = ("FARGATE", "FARGATE_SPOT")

LATEST_PLATFORM_VERSION = "1.4.0"
PLATFORM_VERSIONS = ("LATEST", LATEST_PLATFORM_VERSION, "1.3.0")
"""The platform versions of Linux tasks on Fargate."""


def is_fargate(params: Params) -> bool:
    """Returns whether a service or task with these parameters runs on Fargate."""
    provider = capacity_provider(params.get("capacityProviderStrategy") or [])
    return params.get("launchType") == "FARGATE" or provider in CAPACITY_PROVIDERS


def capacity_provider(strategy: Sequence[Mapping[str, Any]]) -> str | None:
    """Returns the first capacity provider of a strategy, or None for an empty strategy."""
    return strategy[0].get("capacityProvider") if strategy else None


def requested_platform_version(params: Params) -> str:
    """Returns the platform version that the parameters ask for, LATEST by default.

    Raises PlatformUnknownException for a version that Fargate does not have.
    """
    version: str = params.get("platformVersion") or "LATEST"
    if version not in PLATFORM_VERSIONS:
        raise ECSException(
            "PlatformUnknownException", "The specified platform version doesn't exist."
        )
    return version


def actual_platform_version(requested: str) -> str:
    """Returns the version number that a requested platform version stands for."""
    return LATEST_PLATFORM_VERSION if requested == "LATEST" else requested
