# SPDX-License-Identifier: Apache-2.0
"""What a deployment is called: the facts that the probes need, from Terraform's outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudmap_harness.errors import NotDeployed


@dataclass(frozen=True)
class DiscoverableService:
    """An applied deployment's ids, as AWS gave them."""

    cluster: str
    ecs_service: str
    desired: int
    service_id: str
    record_name: str
    hosted_zone_id: str
    subnet_ids: tuple[str, ...]

    @classmethod
    def of(cls, outputs: Mapping[str, Mapping[str, Any]]) -> "DiscoverableService":
        """From the outputs by stack and name. Raises NotDeployed when a stack has none."""
        for stack in ("network-inputs", "discovery", "compute"):
            if not outputs.get(stack):
                raise NotDeployed(stack)
        network, discovery, compute = (
            outputs[stack] for stack in ("network-inputs", "discovery", "compute")
        )
        return cls(
            cluster=compute["cluster_name"],
            ecs_service=compute["service_name"],
            desired=int(compute["desired_count"]),
            service_id=discovery["service_id"],
            record_name=f"{discovery['service_fqdn']}.",
            hosted_zone_id=discovery["hosted_zone_id"],
            subnet_ids=tuple(network["private_subnet_ids"]),
        )
