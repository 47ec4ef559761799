# SPDX-License-Identifier: Apache-2.0
"""The tags Project and Deployment, by which a project finds its resources again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2.literals import ResourceTypeType
    from mypy_boto3_ec2.type_defs import FilterTypeDef, TagSpecificationTypeDef
    from mypy_boto3_ecs.type_defs import TagTypeDef as EcsTagTypeDef
    from mypy_boto3_servicediscovery.type_defs import TagTypeDef


@dataclass(frozen=True)
class ProjectTags:
    """The values of the tags Project and Deployment, in the form that each API takes."""

    project: str
    deployment: str

    def for_cloud_map(self) -> list["TagTypeDef"]:
        """Returns the tags in the form of Cloud Map and of EC2's CreateTags."""
        return [{"Key": key, "Value": value} for key, value in self._items()]

    def for_ecs(self) -> list["EcsTagTypeDef"]:
        """Returns the tags in ECS's form, which has lower-case keys."""
        return [{"key": key, "value": value} for key, value in self._items()]

    def for_ec2(self, kind: "ResourceTypeType", name: str) -> list["TagSpecificationTypeDef"]:
        """Returns the tag specification with which EC2 creates a resource of that kind and name."""
        tags = [*self.for_cloud_map(), {"Key": "Name", "Value": name}]
        return [{"ResourceType": kind, "Tags": tags}]  # type: ignore[typeddict-item]

    def ec2_filters(self) -> list["FilterTypeDef"]:
        """Returns EC2's filters for the resources that have both tags."""
        return [{"Name": f"tag:{key}", "Values": [value]} for key, value in self._items()]

    def _items(self) -> tuple[tuple[str, str], ...]:
        return ("Project", self.project), ("Deployment", self.deployment)


def project_filters(project: str) -> list["FilterTypeDef"]:
    """Returns EC2's filters for the resources of a project, whatever their deployment."""
    return [{"Name": "tag:Project", "Values": [project]}]


def deployment_of(tags: Iterable[Mapping[str, object]], project: str) -> str | None:
    """Returns the tag Deployment, empty without one; None when the tags are not the project's.

    Reads the form of every API.
    """
    values = {
        str(tag.get("Key", tag.get("key"))): str(tag.get("Value", tag.get("value", "")))
        for tag in tags
    }
    return values.get("Deployment", "") if values.get("Project") == project else None
