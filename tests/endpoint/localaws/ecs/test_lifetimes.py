# SPDX-License-Identifier: Apache-2.0
"""Tasks that end by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from localaws import runtime
from localaws.ecs.lifetimes import Exit, exit_of
from tests.endpoint.localaws.account import Account, Turns


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"command": ["sleep", "10"]}, Exit(10, 0)),
        ({"command": ["/bin/sleep", "1.5m"]}, Exit(90, 0)),
        ({"entryPoint": ["sh", "-c"], "command": ["echo hello; sleep 2 && exit 3"]}, Exit(2, 3)),
        ({"command": ["/bin/sh", "-c", "sleep 1\nfalse"]}, Exit(1, 1)),
        ({"command": ["true"]}, Exit(0, 0)),
        ({"command": ["false"]}, Exit(0, 1)),
        ({"image": "docker.io/library/hello-world:latest"}, Exit(0, 0)),
        ({"dockerLabels": {"localaws.exit-after": "5", "localaws.exit-code": "2"}}, Exit(5, 2)),
        ({"dockerLabels": {"localaws.exit-after": "0.5"}, "command": ["nginx"]}, Exit(0.5, 0)),
        ({"dockerLabels": {"localaws.exit-after": "soon"}}, None),
        ({"command": ["sleep", "infinity"]}, None),
        ({"command": ["sh", "-c", "sleep 1; nginx -g 'daemon off;'"]}, None),
        ({"command": ["./server"]}, None),
        ({"entryPoint": ["sh", "-c"]}, None),
        ({}, None),
    ],
)
def test_when_a_container_ends(container: dict[str, Any], expected: Exit | None) -> None:
    assert exit_of({"image": "httpd", **container}, {}) == expected


def test_an_overriding_command_is_what_counts() -> None:
    container = {"image": "busybox", "command": ["./server"]}
    assert exit_of(container, {"command": ["sleep", "1"]}) == Exit(1, 0)


def ended(aws: Account, turns: Turns, *containers: dict[str, Any], **more: Any) -> Any:
    """Run a task of these containers on Fargate; the task after enough turns to stop."""
    aws.ecs.create_cluster(clusterName="handson")
    named: Any = [
        {"name": f"c{index}", "image": "busybox", **container}
        for index, container in enumerate(containers)
    ]
    definition = aws.ecs.register_task_definition(
        family="job",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=named,
    )["taskDefinition"]["taskDefinitionArn"]
    (task,) = aws.ecs.run_task(
        cluster="handson",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration=aws.network(),
        **more,
    )["tasks"]
    turns(12)
    return aws.ecs.describe_tasks(cluster="handson", tasks=[task["taskArn"]])["tasks"][0]


def test_a_task_ends_when_its_container_ends_and_the_cluster_can_go(
    aws: Account, turns: Turns
) -> None:
    task = ended(aws, turns, {"command": ["false"]})
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 1
    aws.ecs.delete_cluster(cluster="handson")


def test_only_an_essential_container_ends_its_task(aws: Account, turns: Turns) -> None:
    task = ended(aws, turns, {"command": ["true"], "essential": False}, {"command": ["nginx"]})
    assert task["lastStatus"] == "RUNNING"
    assert [each["lastStatus"] for each in task["containers"]] == ["STOPPED", "RUNNING"]
    assert task["containers"][0]["exitCode"] == 0


def test_an_overridden_command_ends_its_task(aws: Account, turns: Turns) -> None:
    overrides = {"containerOverrides": [{"name": "c0", "command": ["true"]}]}
    assert ended(aws, turns, {"command": ["./server"]}, overrides=overrides)["lastStatus"] == (
        "STOPPED"
    )


def test_it_runs_for_as_long_as_it_says(
    aws: Account, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = ended(aws, turns, {"command": ["sleep", "60"]})
    assert task["lastStatus"] == "RUNNING"
    later = runtime.now() + 61
    monkeypatch.setattr(runtime, "now", lambda: later)
    turns(6)
    assert aws.tasks() == []


def test_a_service_replaces_a_task_that_ends(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1, taskDefinition=aws.task_definition(command=["true"]))
    turns(12)
    stopped = aws.tasks(desiredStatus="STOPPED")
    assert {task["stopCode"] for task in stopped} == {"EssentialContainerExited"}
    assert len(stopped) + len(aws.tasks()) > 1
