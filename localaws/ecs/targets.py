# SPDX-License-Identifier: Apache-2.0
"""The target groups of a service: its tasks are registered and deregistered there.

Source: ECS developer guide, "Use load balancing to distribute Amazon ECS service traffic".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import TaskDefinition
from moto.elbv2.exceptions import InvalidTargetError, TargetGroupNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup, elbv2_backends

from localaws.ecs.place import Place


@dataclass(frozen=True)
class TargetGroups:
    """The target groups of a service, as its `loadBalancers` name them."""

    account_id: str
    region: str
    load_balancers: Sequence[Mapping[str, Any]] = ()

    @property
    def _elb(self) -> ELBv2Backend:
        return elbv2_backends[self.account_id][self.region]

    def validate(self, definition: TaskDefinition) -> None:
        """Raises InvalidParameterException for what AWS refuses to register tasks in."""
        containers: dict[Any, dict[str, Any]] = {
            each["name"]: each for each in definition.container_definitions
        }
        for given in self.load_balancers:
            container = containers.get(given.get("containerName"))
            if container is None:
                raise InvalidParameterException(
                    f"The container {given.get('containerName')} does not exist in the task "
                    "definition."
                )
            ports = [mapping.get("containerPort") for mapping in container["portMappings"]]
            if given.get("containerPort") not in ports:
                raise InvalidParameterException(
                    f"The container {given['containerName']} did not have a container port "
                    f"{given.get('containerPort')} defined."
                )
            if arn := given.get("targetGroupArn"):
                self._validate_group(arn, definition)

    def _validate_group(self, arn: str, definition: TaskDefinition) -> None:
        group: FakeTargetGroup | None = self._elb.target_groups.get(arn)
        if group is None:
            raise InvalidParameterException(
                f"The target group with targetGroupArn {arn} does not exist."
            )
        wanted = "ip" if definition.network_mode == "awsvpc" else "instance"
        if group.target_type != wanted:
            raise InvalidParameterException(
                f"The provided target group {arn} has target type {group.target_type}, which is "
                f"incompatible with the {definition.network_mode} network mode specified in the "
                "task definition."
            )

    def register(self, place: Place) -> None:
        """Registers a task. A group that has gone is passed over, as on AWS."""
        for arn, target in self._targets(place):
            with suppress(TargetGroupNotFoundError):
                self._elb.register_targets(arn, [target])

    def deregister(self, place: Place) -> None:
        """Deregisters a task, unless somebody else did."""
        for arn, target in self._targets(place):
            with suppress(TargetGroupNotFoundError, InvalidTargetError):
                self._elb.deregister_targets(arn, [target])

    def _targets(self, place: Place) -> list[tuple[str, dict[str, Any]]]:
        """Returns the ARN of each target group, and the task as its target."""
        targets: list[tuple[str, dict[str, Any]]] = []
        for given in self.load_balancers:
            if arn := given.get("targetGroupArn"):
                targets.append((arn, _target(place, given)))
        return targets


def _target(place: Place, given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the task's address and port, or the container instance and the host's port."""
    if place.interface:
        return {"Id": place.private_address, "Port": given["containerPort"]}
    port = place.port_of(given["containerName"], given["containerPort"])
    return {"Id": place.instance.ec2_instance_id if place.instance else "", "Port": port}
