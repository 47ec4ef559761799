# SPDX-License-Identifier: Apache-2.0
"""Faults of tasks, images and zones, which only localaws has; health checks that fail."""

from __future__ import annotations

import time
from typing import Any

import pytest

from localaws import runtime
from localaws.ecs.health_checks import NEVER, unhealthy_after
from tests.endpoint.localaws.account import Account, Turns
from tests.endpoint.localaws.faulty import OWN, Faults
from tests.support.waiting import eventually


def stopped(aws: Account) -> list[Any]:
    return aws.tasks(desiredStatus="STOPPED")


def test_tasks_crash_and_are_replaced_as_long_as_the_fault_is_on(
    aws: Account, faults: Faults
) -> None:
    service_id = aws.service(aws.namespace())
    aws.ecs_service(service_id, desired=2)
    aws.steady(2)
    before = {task["taskArn"] for task in aws.tasks()}
    faults("POST", OWN, {"kind": "crash", "service": "httpd", "exitCode": 137, "after": 0.2})
    gone = eventually(lambda: stopped(aws), lambda tasks: len(tasks) > 3)
    assert {task["stopCode"] for task in gone} == {"EssentialContainerExited"}
    ended = eventually(
        lambda: [t for t in stopped(aws) if t["lastStatus"] == "STOPPED"],
        lambda tasks: len(tasks) > 0,
    )
    assert {task["containers"][0]["exitCode"] for task in ended} == {137}
    faults("DELETE", OWN)
    aws.steady(2)
    after = {task["taskArn"] for task in aws.tasks()}
    assert len(after) == 2 and not after & before
    ids = {arn.rpartition("/")[2] for arn in after}
    eventually(lambda: aws.instances(service_id).keys(), lambda seen: seen == ids)


def test_an_image_cannot_be_pulled(aws: Account, faults: Faults) -> None:
    faults("POST", OWN, {"kind": "pull", "image": "httpd"})
    aws.ecs_service(None, desired=1)
    gone = eventually(lambda: stopped(aws), lambda tasks: len(tasks) > 0)[0]
    assert gone["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "httpd:2.4.41-alpine" in gone["stoppedReason"]
    assert gone["stopCode"] == "TaskFailedToStart"
    faults("DELETE", OWN)
    aws.steady(1)


def test_an_unhealthy_task_leaves_dns_and_is_replaced(
    aws: Account, service_id: str, faults: Faults, turns: Turns
) -> None:
    aws.ecs_service(service_id, desired=1)
    turns(12)
    (task,) = aws.tasks()
    fault = faults("POST", OWN, {"kind": "unhealthy", "service": "httpd"})
    turns(2)
    assert aws.tasks(desiredStatus="STOPPED")[0]["healthStatus"] == "UNHEALTHY"
    assert aws.tasks(desiredStatus="STOPPED")[0]["stoppedReason"] == (
        "Task failed container health checks"
    )
    id_ = task["taskArn"].rpartition("/")[2]
    messages = [event["message"] for event in aws.described()["events"]]
    assert f"(service httpd) (task {id_}) failed container health checks." in messages
    faults("DELETE", f"{OWN}/{fault['id']}")
    turns(20)
    assert [*aws.instances(service_id)] == [aws.tasks()[0]["taskArn"].rpartition("/")[2]] != [id_]


@pytest.fixture
def service_id(aws: Account) -> str:
    namespace = aws.namespace()
    return aws.service(namespace)


def test_a_task_of_no_service_is_unhealthy_until_the_fault_ends(
    aws: Account, faults: Faults, turns: Turns
) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
    )
    turns(8)
    faults("POST", OWN, {"kind": "unhealthy"})
    turns(2)
    assert aws.tasks()[0]["healthStatus"] == "UNHEALTHY"
    faults("DELETE", OWN)
    turns(2)
    assert aws.tasks()[0]["healthStatus"] == "UNKNOWN"


def test_nothing_runs_or_starts_in_a_zone_that_is_down(aws: Account, faults: Faults) -> None:
    aws.ecs_service(None, desired=2)
    aws.steady(2)
    zone = aws.tasks()[0]["availabilityZone"]
    faults("POST", OWN, {"kind": "zone", "zone": zone})
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=4)
    aws.steady(4)
    assert zone not in {task["availabilityZone"] for task in aws.tasks()}
    for each in {subnet["AvailabilityZone"] for subnet in aws.ec2.describe_subnets()["Subnets"]}:
        faults("POST", OWN, {"kind": "zone", "zone": each})
    eventually(
        lambda: aws.described()["events"][0]["message"],
        lambda message: "Capacity is unavailable at this time" in message,
    )
    faults("DELETE", OWN)
    aws.steady(4)


# Health checks that fail by themselves


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        ({"command": ["CMD-SHELL", "exit 1"]}, 90),
        ({"command": ["CMD-SHELL", "exit 0"]}, NEVER),
        ({"command": ["CMD", "false"]}, 90),
        ({"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]}, NEVER),
        ({"command": ["CMD-SHELL", "exit 2"], "interval": 5, "retries": 1}, 5),
        ({"command": ["CMD-SHELL", "exit 2"], "interval": 5, "retries": 2, "startPeriod": 12}, 25),
        ({"command": ["CMD-SHELL", "sleep 60"], "interval": 5, "retries": 1, "timeout": 2}, 7),
        ({"command": ["CMD-SHELL", "sleep 1"], "timeout": 2}, NEVER),
    ],
)
def test_when_a_failing_health_check_makes_a_container_unhealthy(
    check: dict[str, Any], seconds: float
) -> None:
    assert unhealthy_after({"healthCheck": check}) == seconds


def test_a_task_whose_health_check_fails_is_replaced_in_time(
    aws: Account, service_id: str, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_ahead", 0.0)
    failing = {"command": ["CMD-SHELL", "exit 1"], "interval": 10, "retries": 2}
    definition = aws.task_definition(healthCheck=failing)
    aws.ecs_service(service_id, desired=1, taskDefinition=definition)
    turns(12)
    (task,) = aws.tasks()
    assert task["lastStatus"] == "RUNNING" and task["healthStatus"] == "HEALTHY"
    runtime.resume_at(runtime.now() + 19)
    turns(2)
    assert aws.tasks()[0]["taskArn"] == task["taskArn"]
    runtime.resume_at(runtime.now() + 2)
    turns(12)
    assert task["taskArn"] not in {each["taskArn"] for each in aws.tasks()}
    assert stopped(aws)[0]["stoppedReason"] == "Task failed container health checks"


def test_a_grace_period_puts_the_replacement_off(
    aws: Account, service_id: str, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_ahead", 0.0)
    failing = {"command": ["CMD", "false"], "interval": 5, "retries": 1}
    aws.ecs_service(
        service_id,
        desired=1,
        taskDefinition=aws.task_definition(healthCheck=failing),
        healthCheckGracePeriodSeconds=600,
    )
    turns(12)
    runtime.resume_at(runtime.now() + 60)
    turns(6)
    assert aws.tasks()[0]["healthStatus"] == "UNHEALTHY"


def test_running_tasks_are_not_registered_again(aws: Account) -> None:
    """A service that is made again has its old id; its tasks stay out of it until replaced."""
    namespace = aws.namespace()
    service_id = aws.service(namespace)
    aws.ecs_service(service_id, desired=1)
    aws.steady(1)
    (instance,) = aws.instances(service_id)
    aws.deregister(service_id, instance)
    aws.cloud_map.delete_service(Id=service_id)
    assert aws.service(namespace) == service_id
    time.sleep(0.3)
    assert aws.instances(service_id) == {}
    aws.ecs.update_service(cluster="handson", service="httpd", forceNewDeployment=True)
    eventually(lambda: len(aws.instances(service_id)), lambda count: count == 1)
