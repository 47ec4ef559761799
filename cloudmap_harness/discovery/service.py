# SPDX-License-Identifier: Apache-2.0
"""The ECS service whose discovery is observed, and the Cloud Map service that it registers with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DiscoverableService:
    """The names and ids, as AWS gave them, under which one service is looked up in every layer."""

    cluster: str
    ecs_service: str
    desired: int
    service_id: str
    """The Cloud Map service's."""
    record_name: str
    """Fully qualified, with the final dot."""
    hosted_zone_id: str
    subnet_ids: tuple[str, ...]
    """The subnets from which the tasks get their addresses."""
