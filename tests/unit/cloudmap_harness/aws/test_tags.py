# SPDX-License-Identifier: Apache-2.0
"""Each API takes the tags in its own form, and the deployment is read from any of them."""

from collections.abc import Mapping

import pytest

from cloudmap_harness.aws.tags import ProjectTags, deployment_of

TAGS = ProjectTags("webshop", "run-1")


def test_cloud_map_and_ecs_spell_the_keys_differently() -> None:
    assert TAGS.for_cloud_map() == [
        {"Key": "Project", "Value": "webshop"},
        {"Key": "Deployment", "Value": "run-1"},
    ]
    assert TAGS.for_ecs() == [
        {"key": "Project", "value": "webshop"},
        {"key": "Deployment", "value": "run-1"},
    ]


def test_ec2_takes_the_kind_and_the_name_too() -> None:
    [specification] = TAGS.for_ec2("vpc", "main")
    assert specification["ResourceType"] == "vpc"
    assert specification["Tags"] == [*TAGS.for_cloud_map(), {"Key": "Name", "Value": "main"}]


def test_ec2_filters_by_both_tags() -> None:
    assert TAGS.ec2_filters() == [
        {"Name": "tag:Project", "Values": ["webshop"]},
        {"Name": "tag:Deployment", "Values": ["run-1"]},
    ]


@pytest.mark.parametrize(
    ("tags", "deployment"),
    [
        (TAGS.for_cloud_map(), "run-1"),
        (TAGS.for_ecs(), "run-1"),
        ([{"Key": "Project", "Value": "webshop"}], ""),
        ([{"key": "Project", "value": "another"}, {"key": "Deployment", "value": "run-1"}], None),
        ([{"key": "Project"}], None),  # ECS leaves an empty value out.
        ([], None),
    ],
)
def test_the_deployment_is_read_from_the_projects_tags_alone(
    tags: list[Mapping[str, object]], deployment: str | None
) -> None:
    assert deployment_of(tags, "webshop") == deployment
