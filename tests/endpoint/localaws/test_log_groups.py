# SPDX-License-Identifier: Apache-2.0
"""CloudWatch Logs: what a log group is created with is what it is described with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def logs(aws: Account) -> Any:
    return aws.client("logs")


def described(logs: Any) -> Any:
    (group,) = logs.describe_log_groups(logGroupNamePrefix="web")["logGroups"]
    return group


@pytest.mark.parametrize("class_", ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"])
def test_a_group_keeps_its_class(logs: Any, class_: str) -> None:
    logs.create_log_group(logGroupName="web", logGroupClass=class_)
    assert described(logs)["logGroupClass"] == class_


def test_a_group_is_of_the_standard_class_unless_asked_otherwise(logs: Any) -> None:
    logs.create_log_group(logGroupName="web", logGroupClass="INFREQUENT_ACCESS")
    logs.delete_log_group(logGroupName="web")
    logs.create_log_group(logGroupName="web")
    assert described(logs)["logGroupClass"] == "STANDARD"


def test_a_class_that_there_is_not_is_refused(logs: Any) -> None:
    code, _, _ = refused(lambda: logs.create_log_group(logGroupName="web", logGroupClass="COLD"))
    assert code == "InvalidParameterException"
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_group_has_another_key_or_none(logs: Any) -> None:
    logs.create_log_group(logGroupName="web", kmsKeyId="arn:aws:kms:x:1:key/1")
    logs.associate_kms_key(logGroupName="web", kmsKeyId="arn:aws:kms:x:1:key/2")
    assert described(logs)["kmsKeyId"] == "arn:aws:kms:x:1:key/2"
    logs.disassociate_kms_key(logGroupName="web")
    assert "kmsKeyId" not in described(logs)
    code, _, _ = refused(lambda: logs.disassociate_kms_key(logGroupName="nobody"))
    assert code == "ResourceNotFoundException"


def test_a_groups_tags_go_with_it(logs: Any) -> None:
    for tags in ({"Team": "blue"}, {}):
        logs.create_log_group(logGroupName="web", tags=tags)
        arn = described(logs)["logGroupArn"]
        assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == tags
        logs.delete_log_group(logGroupName="web")
