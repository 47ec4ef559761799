# SPDX-License-Identifier: Apache-2.0
"""Deployments of Fargate services: which updates begin one, and how it proceeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from localaws import runtime, scheduler
from tests.endpoint.localaws.account import Account, task_id
from tests.support.waiting import eventually


def test_events_are_listed_newest_first(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    service = aws.steady(1)
    (deployment,) = service["deployments"]
    (task,) = aws.tasks()
    assert [event["message"] for event in service["events"]] == [
        "(service httpd) has reached a steady state.",
        f"(service httpd) (deployment {deployment['id']}) deployment completed.",
        f"(service httpd) has started 1 tasks: (task {task_id(task)}).",
    ]
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    assert [event["message"] for event in aws.steady(0)["events"]][:2] == [
        "(service httpd) has reached a steady state.",
        f"(service httpd) has stopped 1 running tasks: (task {task_id(task)}).",
    ]


def test_an_event_that_repeats_the_last_one_is_left_out_for_six_hours(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.ecs_service(None, desired=0)
    aws.steady(0)
    present = runtime.timestamp
    for hours, count in ((5, 1), (7, 2)):
        monkeypatch.setattr(runtime, "timestamp", lambda: present() + timedelta(hours=hours))  # noqa: B023
        with runtime.LOCK:
            scheduler.tick()
        messages = [event["message"] for event in aws.described()["events"]]
        assert messages.count("(service httpd) has reached a steady state.") == count


def test_scaling_makes_no_deployment(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    before = aws.steady(1)["deployments"][0]["id"]
    kept = {task_id(task) for task in aws.tasks()}
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=3)
    assert aws.steady(3)["deployments"][0]["id"] == before
    assert kept < {task_id(task) for task in aws.tasks()}


def test_a_new_task_definition_rolls_the_service_over(aws: Account) -> None:
    namespace_id = aws.namespace()
    registry = aws.service(namespace_id)
    aws.ecs_service(registry, desired=2)
    aws.steady(2)
    old = {task_id(task) for task in aws.tasks()}
    new_definition = aws.task_definition()
    reply = aws.ecs.update_service(
        cluster="handson", service="httpd", taskDefinition=new_definition
    )
    states = [each["status"] for each in reply["service"]["deployments"]]
    assert states == ["PRIMARY", "ACTIVE"]
    aws.steady(2)
    new = {task_id(task): task for task in aws.tasks()}
    assert not old & new.keys()
    assert {task["taskDefinitionArn"] for task in new.values()} == {new_definition}
    assert aws.instances(registry).keys() == new.keys()
    assert {record["SetIdentifier"] for record in aws.record_sets(namespace_id)} == new.keys()


@pytest.mark.parametrize(
    ("minimum", "maximum", "fewest", "most"), [(100, 200, 4, 8), (50, 100, 2, 4), (100, 150, 4, 6)]
)
def test_a_roll_over_keeps_between_the_minimum_and_the_maximum(
    aws: Account, minimum: int, maximum: int, fewest: int, most: int
) -> None:
    configuration = {"minimumHealthyPercent": minimum, "maximumPercent": maximum}
    aws.ecs_service(None, desired=4, deploymentConfiguration=configuration)
    aws.steady(4)
    aws.ecs.update_service(cluster="handson", service="httpd", forceNewDeployment=True)
    seen: list[int] = []

    def watch() -> Any:
        service = aws.described()
        seen.append(service["runningCount"])
        return service

    eventually(
        watch,
        lambda service: (
            len(service["deployments"]) == 1
            and service["deployments"][0]["rolloutState"] == "COMPLETED"
        ),
    )
    assert min(seen) >= fewest
    started = aws.tasks() + aws.tasks(desiredStatus="STOPPED")
    assert len(started) == 8
    for task in started:
        present = task["createdAt"]
        alive = [
            other
            for other in started
            if other["createdAt"] <= present
            and ("stoppingAt" not in other or other["stoppingAt"] > present)
        ]
        assert len(alive) <= most


def test_an_unchanged_task_definition_makes_no_deployment_unless_forced(aws: Account) -> None:
    definition = aws.task_definition()
    aws.ecs_service(None, desired=0, taskDefinition=definition)
    before = aws.steady(0)["deployments"][0]["id"]
    call: Any = {"cluster": "handson", "service": "httpd", "taskDefinition": definition}
    same = aws.ecs.update_service(**call)["service"]["deployments"][0]["id"]
    forced = aws.ecs.update_service(**call, forceNewDeployment=True)["service"]["deployments"]
    assert same == before != forced[0]["id"]


def test_other_subnets_roll_the_service_over(aws: Account) -> None:
    one, two = aws.subnets()
    aws.ecs_service(None, desired=1, networkConfiguration=aws.network(one))
    aws.steady(1)
    aws.ecs.update_service(
        cluster="handson", service="httpd", networkConfiguration=aws.network(two)
    )
    aws.steady(1)
    details = aws.tasks()[0]["attachments"][0]["details"]
    assert details[0] == {"name": "subnetId", "value": two}


def test_a_service_shows_the_requested_platform_version_and_a_deployment_the_actual_one(
    aws: Account,
) -> None:
    aws.ecs_service(None, desired=1, platformVersion="1.3.0")
    assert aws.steady(1)["platformVersion"] == "1.3.0"
    assert aws.described()["deployments"][0]["platformVersion"] == "1.3.0"
    assert aws.tasks()[0]["platformVersion"] == "1.3.0"
    before = aws.described()["deployments"][0]["id"]
    aws.ecs.update_service(cluster="handson", service="httpd", platformVersion="LATEST")
    service = aws.steady(1)
    assert service["platformVersion"] == "LATEST"
    assert service["deployments"][0]["platformVersion"] == "1.4.0"
    assert service["deployments"][0]["id"] != before


def test_another_registry_or_none_is_a_new_deployment(aws: Account) -> None:
    namespace_id = aws.namespace()
    one, two = aws.service(namespace_id, "one"), aws.service(namespace_id, "two")
    aws.ecs_service(one, desired=1)
    aws.steady(1)
    arn = aws.cloud_map.get_service(Id=two)["Service"]["Arn"]
    cases: Any = (([{"registryArn": arn}], (0, 1)), ([], (0, 0)))
    for registries, counts in cases:
        aws.ecs.update_service(cluster="handson", service="httpd", serviceRegistries=registries)
        aws.steady(1)
        assert (len(aws.instances(one)), len(aws.instances(two))) == counts
