# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern task definitions."""

from __future__ import annotations

from typing import Any

from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import TaskDefinition

from localaws import runtime
from localaws.ecs.fargate_sizes import FARGATE_MEMORY
from localaws.ecs.state import EcsState


class TaskDefinitionCalls(EcsState):
    """Registers, describes and deregisters task definitions."""

    def register_task_definition(self, *args: Any, **kwargs: Any) -> TaskDefinition:
        """moto: takes any size for Fargate. AWS: certain pairs of CPU and memory, and awsvpc."""
        if "FARGATE" in (kwargs.get("requires_compatibilities") or []):
            _validate_for_fargate(
                kwargs.get("network_mode"), kwargs.get("cpu"), kwargs.get("memory")
            )
        definition = super().register_task_definition(*args, **kwargs)
        _complete_compatibilities(definition, kwargs.get("network_mode"))
        definition.registered_at = runtime.timestamp()  # type: ignore[attr-defined]
        definition.registered_by = self.root_arn  # type: ignore[attr-defined]
        if definition.network_mode == "awsvpc":
            for container in definition.container_definitions:
                mappings: list[dict[str, Any]] = container["portMappings"]  # type: ignore[assignment]
                container["portMappings"] = [_complete_mapping(mapping) for mapping in mappings]
        return definition

    def describe_task_definition(self, task_definition_str: str) -> TaskDefinition:
        return self.find_task_definition(task_definition_str)

    def deregister_task_definition(self, task_definition_str: str) -> TaskDefinition:
        """moto: keeps no date. AWS: shows when the task definition was deregistered."""
        definition = super().deregister_task_definition(task_definition_str)
        definition.deregistered_at = runtime.timestamp()  # type: ignore[attr-defined]
        return definition


def _complete_compatibilities(definition: TaskDefinition, network_mode: str | None) -> None:
    """Sets the network mode and the launch types that the definition is fit for.

    moto: EXTERNAL is taken for FARGATE. AWS: awsvpc on EC2, and on Fargate if it was asked for;
    anything else on EC2 and on external instances [API reference, TaskDefinition.compatibilities].
    """
    definition.network_mode = mode = network_mode or "bridge"
    if mode != "awsvpc":
        definition.compatibilities = ["EXTERNAL", "EC2"]
    elif "FARGATE" in (definition.requires_compatibilities or []):
        definition.compatibilities = ["EC2", "FARGATE"]
    else:
        definition.compatibilities = ["EC2"]


def _complete_mapping(mapping: dict[str, Any]) -> dict[str, Any]:
    """Returns a port mapping of awsvpc mode, where the host's port is the container's."""
    return {"hostPort": mapping["containerPort"], "protocol": "tcp"} | mapping


def _validate_for_fargate(network_mode: str | None, cpu: str | None, memory: str | None) -> None:
    """Raises ClientException for a task definition that Fargate cannot run."""
    if network_mode != "awsvpc":
        raise EcsClientException("Fargate only supports network mode ‘awsvpc’.")
    for name, value in (("cpu", cpu), ("memory", memory)):
        if not value:
            raise EcsClientException(
                f"Fargate requires that '{name}' be defined at the task level."
            )
    if not (str(cpu).isdigit() and str(memory).isdigit()):
        return  # Sizes such as "1 vCPU" and "2 GB" are kept as they are.
    if int(str(memory)) not in FARGATE_MEMORY.get(int(str(cpu)), ()):
        raise EcsClientException(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values."
        )
