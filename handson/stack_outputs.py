# SPDX-License-Identifier: Apache-2.0
"""Reads the three stacks' Terraform outputs, and names the variable that is the desired count."""

from collections.abc import Mapping
from typing import Any

from cloudmap_harness.errors import HarnessError
from handson.deployed_service import DeployedService

COUNTED = ("compute",)
"""The stacks that the desired count changes."""

_STACKS = ("network-inputs", "discovery", "compute")


class NotDeployed(HarnessError):
    """A stack has no outputs: it was never applied, or it was destroyed."""

    def __init__(self, stack: str) -> None:
        super().__init__(f"not deployed: the stack {stack} has no outputs")
        self.stack = stack


def count_variable(desired: int) -> dict[str, dict[str, str]]:
    """Returns the Terraform variable for that desired count, by stack and name."""
    return {stack: {"desired_count": str(desired)} for stack in COUNTED}


def service_of(outputs: Mapping[str, Mapping[str, Any]]) -> DeployedService:
    """Returns the deployed service from the outputs by stack and name. Raises NotDeployed."""
    for stack in _STACKS:
        if not outputs.get(stack):
            raise NotDeployed(stack)
    network, discovery, compute = (outputs[stack] for stack in _STACKS)
    return DeployedService(
        cluster=compute["cluster_name"],
        ecs_service=compute["service_name"],
        desired=int(compute["desired_count"]),
        service_id=discovery["service_id"],
        record_name=f"{discovery['service_fqdn']}.".lower(),  # As Route 53 has it.
        hosted_zone_id=discovery["hosted_zone_id"],
        subnet_ids=tuple(network["private_subnet_ids"]),
    )
