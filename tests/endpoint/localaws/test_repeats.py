# SPDX-License-Identifier: Apache-2.0
"""A call that an SDK repeats, because it has lost the reply, is carried out once."""

from __future__ import annotations

from typing import Any

import boto3

from tests.endpoint.localaws.account import Account, refused

CALL = "11111111-2222-3333-4444-555555555555"


def ecs(aws: Account, call: str, attempt: int) -> Any:
    """A client all of whose requests are that attempt of that call."""
    # Not the tests' shared client, as the headers would stay.
    client = boto3.client(
        "ecs",
        endpoint_url=aws.url,
        region_name=aws.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def mark(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = call
        request.headers["amz-sdk-request"] = f"attempt={attempt}; max=25"

    client.meta.events.register("before-send.*.*", mark)
    return client


def register(client: Any) -> int:
    container: Any = {"name": "web", "image": "httpd", "memory": 64}
    reply = client.register_task_definition(family="web", containerDefinitions=[container])
    return int(reply["taskDefinition"]["revision"])


def test_the_repeat_of_a_call_gets_the_reply_of_the_call(aws: Account) -> None:
    first, second = ecs(aws, CALL, 1), ecs(aws, CALL, 2)
    assert [register(first), register(second), register(second)] == [1, 1, 1]
    assert register(ecs(aws, CALL.replace("5", "6"), 1)) == 2


def test_a_first_attempt_is_never_a_repeat(aws: Account) -> None:
    client = ecs(aws, CALL, 1)
    assert [register(client), register(client)] == [1, 2]


def test_a_repeat_of_a_call_that_never_came_is_carried_out(aws: Account) -> None:
    assert register(ecs(aws, CALL.replace("1", "7"), 2)) == 1


def test_a_call_that_failed_is_carried_out_again(aws: Account) -> None:
    call = CALL.replace("1", "8")
    code, _, _ = refused(lambda: ecs(aws, call, 1).describe_task_definition(taskDefinition="web"))
    assert code == "ClientException"
    register(aws.ecs)
    ecs(aws, call, 2).describe_task_definition(taskDefinition="web")
