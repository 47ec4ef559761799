# SPDX-License-Identifier: Apache-2.0
"""ECS's task definitions: what Fargate asks of them, and when they came and went."""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinition

from localaws import runtime

GIB = 1024
MEMORY_OF_CPU = {
    256: (512, 1 * GIB, 2 * GIB),
    512: range(1 * GIB, 4 * GIB + 1, GIB),
    1024: range(2 * GIB, 8 * GIB + 1, GIB),
    2048: range(4 * GIB, 16 * GIB + 1, GIB),
    4096: range(8 * GIB, 30 * GIB + 1, GIB),
    8192: range(16 * GIB, 60 * GIB + 1, 4 * GIB),
    16384: range(32 * GIB, 120 * GIB + 1, 8 * GIB),
}
"""MiB that go with CPU units on Fargate [developer guide, "Task size"]."""


class TaskDefinitions(EC2ContainerServiceBackend):
    """The calls that concern task definitions."""

    def register_task_definition(self, *args: Any, **kwargs: Any) -> TaskDefinition:
        """moto: any size on Fargate. AWS: certain pairs of CPU and memory, in awsvpc mode."""
        if "FARGATE" in (kwargs.get("requires_compatibilities") or []):
            _refuse_unfit_for_fargate(
                kwargs.get("network_mode"), kwargs.get("cpu"), kwargs.get("memory")
            )
        definition = super().register_task_definition(*args, **kwargs)
        definition.registered_at = runtime.timestamp()  # type: ignore[attr-defined]
        definition.registered_by = (  # type: ignore[attr-defined]
            f"arn:aws:iam::{self.account_id}:root"
        )
        if definition.network_mode == "awsvpc":
            for container in definition.container_definitions:
                mappings: list[dict[str, Any]] = container["portMappings"]  # type: ignore[assignment]
                container["portMappings"] = [_completed(mapping) for mapping in mappings]
        return definition

    def describe_task_definition(self, task_definition_str: str) -> TaskDefinition:
        """moto: a family's last revision. AWS: its last ACTIVE one."""
        name = task_definition_str.rsplit("/", 1)[-1]
        if ":" in name:
            return super().describe_task_definition(task_definition_str)
        revisions = self.task_definitions.get(name, {})
        active = [number for number, each in revisions.items() if each.status == "ACTIVE"]
        if not active:
            raise EcsClientException("Unable to describe task definition.")
        return revisions[max(active)]

    def deregister_task_definition(self, task_definition_str: str) -> TaskDefinition:
        definition = super().deregister_task_definition(task_definition_str)
        definition.deregistered_at = runtime.timestamp()  # type: ignore[attr-defined]
        return definition


def _completed(mapping: dict[str, Any]) -> dict[str, Any]:
    """A port mapping in awsvpc mode, where the host's port is the container's."""
    return {"hostPort": mapping["containerPort"], "protocol": "tcp"} | mapping


def _refuse_unfit_for_fargate(
    network_mode: str | None, cpu: str | None, memory: str | None
) -> None:
    if network_mode != "awsvpc":
        raise EcsClientException("Fargate only supports network mode ‘awsvpc’.")
    for name, value in (("cpu", cpu), ("memory", memory)):
        if not value:
            raise EcsClientException(
                f"Fargate requires that '{name}' be defined at the task level."
            )
    if not (str(cpu).isdigit() and str(memory).isdigit()):
        return  # "1 vCPU" and "2 GB": kept as they are
    if int(str(memory)) not in MEMORY_OF_CPU.get(int(str(cpu)), ()):
        raise EcsClientException(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
