# SPDX-License-Identifier: Apache-2.0
"""The tags by which a thing is known as this project's, and as one deployment's."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import TagSpecificationTypeDef
    from mypy_boto3_ecs.type_defs import TagTypeDef as EcsTagTypeDef
    from mypy_boto3_servicediscovery.type_defs import TagTypeDef

PROJECT = "cloudmap-handson"
"""The value of the tag Project; the stacks' default tags say the same."""


def tags(deployment: str) -> list["TagTypeDef"]:
    """As Cloud Map takes them."""
    return [{"Key": "Project", "Value": PROJECT}, {"Key": "Deployment", "Value": deployment}]


def ecs_tags(deployment: str) -> list["EcsTagTypeDef"]:
    """As ECS takes them."""
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in tags(deployment)]


def specification(kind: str, name: str, deployment: str) -> list["TagSpecificationTypeDef"]:
    """As EC2 takes them when it makes a thing of that kind, with a name."""
    named = [*tags(deployment), {"Key": "Name", "Value": name}]
    return [{"ResourceType": kind, "Tags": named}]  # type: ignore[typeddict-item]
