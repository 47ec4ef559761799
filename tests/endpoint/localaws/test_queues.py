# SPDX-License-Identifier: Apache-2.0
"""SQS: the policies of a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOW]}


@pytest.fixture
def sqs(aws: Account) -> Any:
    return aws.client("sqs")


def attributes(sqs: Any, url: str, *names: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=[*names] or ["All"]
    ).get("Attributes", {})
    return found


def test_a_policy_stays_when_another_attribute_changes(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="q", Attributes={"Policy": json.dumps(POLICY)})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "90"})
    found = attributes(sqs, url)
    assert (json.loads(found["Policy"]), found["VisibilityTimeout"]) == (POLICY, "90")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes(sqs, url, "Policy")


def test_a_redrive_policy_has_no_spaces(sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = attributes(sqs, dead, "QueueArn")["QueueArn"]
    policy = f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":5}}'
    url = sqs.create_queue(QueueName="q", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    assert attributes(sqs, url)["RedrivePolicy"] == policy
    assert attributes(sqs, url, "RedrivePolicy") == {"RedrivePolicy": policy}


def test_a_dead_letter_queue_says_whose_it_is(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    assert attributes(sqs, url, "RedriveAllowPolicy") == {}
    policy = '{"redrivePermission":"allowAll"}'
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": policy})
    assert attributes(sqs, url, "RedriveAllowPolicy") == {"RedriveAllowPolicy": policy}
    assert attributes(sqs, url)["RedriveAllowPolicy"] == policy
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
    assert attributes(sqs, url, "RedriveAllowPolicy") == {}
