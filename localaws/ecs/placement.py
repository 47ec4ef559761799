# SPDX-License-Identifier: Apache-2.0
"""Where a task goes: which networks ECS accepts, and an interface in the emptiest zone."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.exceptions import InvalidParameterException

from localaws.ec2 import EC2
from localaws.ecs.errors import CannotPlace
from localaws.ecs.tasks import FargateTask


def refuse_bad_network(ec2: EC2, network: Mapping[str, Any] | None) -> None:
    """Raise the errors of CreateService and RunTask: none given, too much, or not there."""
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


def create_interface(
    ec2: EC2, network: Mapping[str, Any], alive: list[FargateTask]
) -> NetworkInterface:
    """An interface in the subnet whose zone, and which itself, has the fewest of the tasks.

    Raises CannotPlace: what was there when the service was created may be gone, or used up.
    """
    try:
        refuse_bad_network(ec2, network)
    except InvalidParameterException as error:
        raise CannotPlace(error.message) from error
    config = network["awsvpcConfiguration"]
    zones = Counter(task.availability_zone for task in alive)
    in_subnet = Counter(task.subnet_id for task in alive)
    subnets = [ec2.get_subnet(id_) for id_ in config["subnets"]]
    random.shuffle(subnets)
    for subnet in sorted(
        subnets, key=lambda subnet: (zones[subnet.availability_zone], in_subnet[subnet.id])
    ):
        if address := ec2.free_address(subnet):
            groups = config.get("securityGroups") or []
            arn = f"arn:aws:ecs:{ec2.region_name}:{ec2.account_id}:attachment/{uuid.uuid4()}"
            return ec2.create_task_interface(subnet, address, groups, arn)
    raise CannotPlace("the service's subnets have no free private IP address.")
