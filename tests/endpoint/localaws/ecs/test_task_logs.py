# SPDX-License-Identifier: Apache-2.0
"""What the containers of a task write into CloudWatch Logs."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, Turns, address_of, task_id
from tests.support.waiting import eventually


def awslogs(**options: str) -> Any:
    """A container that logs to the group `web` with the prefix `web`, unless options say else."""
    named = {"awslogs-group": "web", "awslogs-stream-prefix": "web", **options}
    given = {name.replace("_", "-"): value for name, value in named.items()}
    return {"logConfiguration": {"logDriver": "awslogs", "options": given}}


def messages(aws: Account, stream: str) -> list[str]:
    events = aws.client("logs").get_log_events(logGroupName="web", logStreamName=stream)["events"]
    return [event["message"] for event in events]


def test_a_stream_has_the_prefix_the_container_and_the_task(
    aws: Account, endpoint: Endpoint
) -> None:
    aws.client("logs").create_log_group(logGroupName="web")
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=aws.vpc)["GroupId"]
    rule: Any = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    rule["IpRanges"] = [{"CidrIp": "10.0.0.0/16"}]
    aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group]
    definition = aws.task_definition(**awslogs())
    aws.ecs_service(None, desired=1, taskDefinition=definition, networkConfiguration=network)
    aws.steady(1)
    (task,) = aws.tasks()
    (stream,) = aws.client("logs").describe_log_streams(logGroupName="web")["logStreams"]
    assert stream["logStreamName"] == f"web/httpd-container/{task_id(task)}"
    proxy = urllib.request.ProxyHandler({"http": endpoint.bastion_url})
    urllib.request.build_opener(proxy).open(f"http://{address_of(task)}/page?x=1").close()
    lines = eventually(
        lambda: messages(aws, stream["logStreamName"]), lambda lines: len(lines) == 2
    )
    assert lines[0] == "httpd:2.4.41-alpine listens on port 80"
    assert '"GET /page?x=1 HTTP/1.1" 200 ' in lines[1]


def test_the_container_creates_the_group_if_it_is_told_to(aws: Account, turns: Turns) -> None:
    definition = aws.task_definition(**awslogs(awslogs_create_group="true"))
    aws.ecs_service(None, desired=1, taskDefinition=definition)
    turns(5)
    assert len(aws.client("logs").describe_log_streams(logGroupName="web")["logStreams"]) == 1


def test_without_the_group_the_task_does_not_start(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1, taskDefinition=aws.task_definition(**awslogs()))
    turns(8)
    stopped = aws.tasks(desiredStatus="STOPPED")
    assert {task["stopCode"] for task in stopped} == {"TaskFailedToStart"}
    assert "The specified log group does not exist." in stopped[0]["stoppedReason"]


@pytest.mark.parametrize("gone", ["stream", "group"])
def test_a_stream_that_somebody_deletes_stops_nothing(
    aws: Account, turns: Turns, gone: str
) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="web")
    aws.ecs_service(None, desired=1, taskDefinition=aws.task_definition(**awslogs()))
    turns(4)
    if gone == "group":
        logs.delete_log_group(logGroupName="web")
    else:
        (stream,) = logs.describe_log_streams(logGroupName="web")["logStreams"]
        logs.delete_log_stream(logGroupName="web", logStreamName=stream["logStreamName"])
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    turns(8)
    assert aws.tasks() == []
