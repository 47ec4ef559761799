# SPDX-License-Identifier: Apache-2.0
"""The network of a task: the configurations that ECS accepts, and a subnet with a free address."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import TaskDefinition

from localaws.ec2 import EC2
from localaws.ecs.errors import CannotPlace
from localaws.ecs.tasks import EcsTask
from localaws.faults.active import ACTIVE


def task_network(
    ec2: EC2, definition: TaskDefinition, network: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Returns the network configuration of tasks of a definition, None outside awsvpc mode.

    Raises the errors of CreateService and RunTask: a configuration where none belongs, and those
    of `validate_network`.
    """
    if definition.network_mode == "awsvpc":
        return validate_network(ec2, network)
    if network:
        raise InvalidParameterException(
            "Network Configuration is not valid for the given networkMode of this task definition."
        )
    return None


def validate_network(ec2: EC2, network: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Returns the network configuration if ECS accepts it.

    Raises the errors of CreateService and RunTask: no configuration, too many subnets or security
    groups, one that does not exist.
    """
    if not network:
        raise InvalidParameterException(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        )
    config = network["awsvpcConfiguration"]
    if not config["subnets"]:
        raise InvalidParameterException("subnets can not be empty.")
    for kind, ids, limit in (
        ("subnet", config["subnets"], 16),
        ("security group", config.get("securityGroups", []), 5),
    ):
        if len(ids) > limit:
            raise InvalidParameterException(f"{kind}s can have at most {limit} items.")
    for subnet_id in config["subnets"]:
        if not any(subnet_id in in_zone for in_zone in ec2.subnets.values()):
            raise InvalidParameterException(
                f"Error retrieving subnet information for [{subnet_id}]: "
                f"The subnet ID '{subnet_id}' does not exist "
                "(ErrorCode: InvalidSubnetID.NotFound)"
            )
    for group_id in config.get("securityGroups", []):
        if ec2.get_security_group_from_id(group_id) is None:
            raise InvalidParameterException(
                f"Error retrieving security group information for [{group_id}]: "
                f"The security group '{group_id}' does not exist "
                "(ErrorCode: InvalidGroup.NotFound)"
            )
    return network


class Peers:
    """The tasks that a new task is placed away from, counted by zone and by subnet."""

    def __init__(self, tasks: Collection[EcsTask] = ()):
        self.in_zone = Counter(task.availability_zone for task in tasks)
        self.in_subnet = Counter(task.subnet_id for task in tasks)

    def add(self, task: EcsTask) -> None:
        self.in_zone[task.availability_zone] += 1
        self.in_subnet[task.subnet_id] += 1


NO_CAPACITY = (
    "Capacity is unavailable at this time. Please try again later or in a different availability "
    "zone."
)
"""AWS's words when Fargate has no room in a zone."""


def create_interface(
    ec2: EC2, network: Mapping[str, Any], peers: Peers, *, zone: str | None = None
) -> NetworkInterface:
    """Creates a task's interface in the zone, and there in the subnet, with the fewest peers.

    On a container instance the zone is given. Raises CannotPlace when a subnet or group was
    deleted after the service was created, or when no subnet has a free address.
    """
    try:
        config = validate_network(ec2, network)["awsvpcConfiguration"]
    except InvalidParameterException as error:
        raise CannotPlace(error.message) from error
    down = ACTIVE.zones_down()
    subnets = [ec2.get_subnet(id_) for id_ in config["subnets"]]
    subnets = [each for each in subnets if each.availability_zone not in down]
    if not subnets:
        raise CannotPlace(NO_CAPACITY)
    random.shuffle(subnets)
    for subnet in sorted(
        subnets,
        key=lambda subnet: (peers.in_zone[subnet.availability_zone], peers.in_subnet[subnet.id]),
    ):
        if zone not in (None, subnet.availability_zone):
            continue
        if address := ec2.free_address(subnet):
            groups = config.get("securityGroups") or []
            arn = f"arn:aws:ecs:{ec2.region_name}:{ec2.account_id}:attachment/{uuid.uuid4()}"
            return ec2.create_requester_managed_interface(subnet, address, groups, arn)
    raise CannotPlace("the service's subnets have no free private IP address.")
