# SPDX-License-Identifier: Apache-2.0
"""Secrets that the containers of a task get at their start."""

from __future__ import annotations

import pytest

from tests.endpoint.localaws.account import Account, Turns

NO_SUCH_SECRET = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:none-AbCdEf"


def stopped_reason(aws: Account, turns: Turns, *values_from: str) -> str:
    """Starts a service whose tasks have these secrets; returns why one stopped, or no text."""
    secrets = [{"name": f"S{n}", "valueFrom": each} for n, each in enumerate(values_from)]
    aws.ecs_service(None, desired=1, taskDefinition=aws.task_definition(secrets=secrets))
    turns(6)
    stopped = aws.tasks(desiredStatus="STOPPED")
    assert {task["stopCode"] for task in stopped} <= {"TaskFailedToStart"}
    reason: str = stopped[0]["stoppedReason"] if stopped else ""
    return reason


def test_parameters_by_name_and_arn_and_secrets_with_a_key(aws: Account, turns: Turns) -> None:
    ssm, manager = aws.client("ssm"), aws.client("secretsmanager")
    ssm.put_parameter(Name="/web/url", Value="http://x", Type="String")
    ssm.put_parameter(Name="token", Value="t", Type="SecureString")
    secret = manager.create_secret(Name="web/db", SecretString='{"user": "app"}')["ARN"]
    reason = stopped_reason(
        aws,
        turns,
        "/web/url",
        "arn:aws:ssm:ap-northeast-1:123456789012:parameter/web/url",
        "arn:aws:ssm:ap-northeast-1:123456789012:parameter/token",
        secret,
        f"{secret}:user::",
        f"{secret}:user:AWSCURRENT:",
    )
    assert reason == ""
    assert [task["lastStatus"] for task in aws.tasks()] == ["RUNNING"]


@pytest.mark.parametrize(
    ("value_from", "reason"),
    [
        (
            "/none",
            "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
            "invalid ssm parameters: /none",
        ),
        (
            f"{NO_SUCH_SECRET}:user::",
            "unable to retrieve secret from asm: service call has been retried 1 time(s): failed "
            f"to fetch secret {NO_SUCH_SECRET} from secrets manager: ResourceNotFoundException: "
            "Secrets Manager can't find the specified secret.",
        ),
    ],
)
def test_a_missing_one_keeps_the_task_from_starting(
    aws: Account, turns: Turns, value_from: str, reason: str
) -> None:
    assert stopped_reason(aws, turns, value_from) == (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
        f"retrieval failed: {reason}"
    )


def test_a_key_that_the_secret_has_not_keeps_it_from_starting(aws: Account, turns: Turns) -> None:
    secret = aws.client("secretsmanager").create_secret(Name="text", SecretString="no JSON")["ARN"]
    reason = stopped_reason(aws, turns, f"{secret}:user::")
    assert reason.endswith("did not contain json key user")
