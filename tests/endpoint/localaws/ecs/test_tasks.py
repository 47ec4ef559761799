# SPDX-License-Identifier: Apache-2.0
"""Tasks: states, registration in Cloud Map, replacement, lists, tags."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import runtime, scheduler
from tests.endpoint.localaws.account import (
    NAMESPACE,
    SERVICE,
    Account,
    Turns,
    address_of,
    error_of,
    task_id,
)
from tests.support.waiting import eventually


@pytest.fixture
def registry(aws: Account) -> str:
    return aws.service(aws.namespace())


def test_every_task_is_registered_under_its_id_with_what_ecs_sets(
    aws: Account, registry: str
) -> None:
    aws.ecs_service(registry, desired=2)
    aws.steady(2)
    tasks = {task_id(task): task for task in aws.tasks()}
    instances = aws.instances(registry)
    assert instances.keys() == tasks.keys()
    for id_, task in tasks.items():
        assert re.fullmatch(r"[0-9a-f]{32}", id_)
        assert instances[id_] == {
            "AVAILABILITY_ZONE": task["availabilityZone"],
            "AWS_INIT_HEALTH_STATUS": "HEALTHY",
            "AWS_INSTANCE_IPV4": address_of(task),
            "ECS_CLUSTER_NAME": "handson",
            "ECS_SERVICE_NAME": "httpd",
            "ECS_TASK_DEFINITION_FAMILY": "httpd-task",
            "REGION": aws.region,
        }


def test_instances_tasks_and_records_are_the_same_addresses(aws: Account) -> None:
    namespace_id = aws.namespace()
    registry = aws.service(namespace_id)
    aws.ecs_service(registry, desired=4)
    aws.steady(4)
    records = aws.record_sets(namespace_id)
    by_id = {record["SetIdentifier"]: record["ResourceRecords"][0]["Value"] for record in records}
    assert by_id == {task_id(task): address_of(task) for task in aws.tasks()}
    assert {record["Name"] for record in records} == {f"{SERVICE}.{NAMESPACE}."}


def test_a_task_walks_the_documented_states(aws: Account, registry: str, turns: Turns) -> None:
    seen: list[str] = []

    def watch(last: str) -> None:
        for _ in range(20):
            turns(1)  # in which a task moves one state at the most
            (task,) = aws.tasks() + aws.tasks(desiredStatus="STOPPED")
            if task["lastStatus"] not in seen:
                seen.append(task["lastStatus"])
        assert seen[-1] == last

    aws.ecs_service(registry, desired=1)
    watch("RUNNING")
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    watch("STOPPED")
    starting = ["PENDING", "ACTIVATING", "RUNNING"]
    stopping = ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]
    assert seen == starting + stopping


def test_the_record_goes_before_the_task_stops(aws: Account) -> None:
    namespace_id = aws.namespace()
    registry = aws.service(namespace_id)
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    (task,) = aws.tasks()
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)

    def state() -> tuple[str, int]:
        # The status first: what is read after it can only be later.
        found = aws.ecs.describe_tasks(cluster="handson", tasks=[task["taskArn"]])["tasks"][0]
        return found["lastStatus"], len(aws.record_sets(namespace_id))

    for status, records in iter(state, None):
        if status in ("STOPPING", "DEPROVISIONING", "STOPPED"):
            assert records == 0
        if status == "STOPPED":
            break


def test_a_task_shows_who_started_it_and_why_it_stopped(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    deployment = aws.steady(1)["deployments"][0]
    (task,) = aws.tasks()
    assert task["startedBy"] == deployment["id"]
    assert task["group"] == "service:httpd"
    assert task["createdAt"] < task["pullStartedAt"] < task["pullStoppedAt"] < task["startedAt"]
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    stopped = eventually(
        lambda: aws.ecs.describe_tasks(cluster="handson", tasks=[task["taskArn"]])["tasks"][0],
        lambda found: found["lastStatus"] == "STOPPED",
    )
    assert stopped["stoppedReason"] == (
        f"Scaling activity initiated by (deployment {deployment['id']})"
    )
    assert stopped["stopCode"] == "ServiceSchedulerInitiated"
    assert stopped["stoppingAt"] < stopped["executionStoppedAt"] < stopped["stoppedAt"]
    assert stopped["attachments"][0]["status"] == "DELETED"
    assert stopped["containers"][0]["lastStatus"] == "STOPPED"


def test_a_task_stopped_by_a_client_is_replaced(aws: Account, registry: str) -> None:
    aws.ecs_service(registry, desired=2)
    aws.steady(2)
    victim = aws.tasks()[0]
    reply = aws.ecs.stop_task(cluster="handson", task=victim["taskArn"], reason="a drill")
    assert reply["task"]["stoppedReason"] == "a drill"
    assert reply["task"]["stopCode"] == "UserInitiated"
    instances = eventually(
        lambda: aws.instances(registry),
        lambda found: len(found) == 2 and task_id(victim) not in found,
    )
    aws.steady(2)
    assert instances.keys() == {task_id(task) for task in aws.tasks()}


def test_an_instance_that_another_client_removed_does_not_hold_up_the_task(
    aws: Account, registry: str
) -> None:
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    aws.deregister(registry, task_id(aws.tasks()[0]))
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()


@pytest.mark.parametrize("meddling", ["register", "deregister"])
def test_a_stopping_task_waits_for_other_clients_operations_and_leaves_no_instance(
    aws: Account, registry: str, turns: Turns, meddling: str
) -> None:
    aws.ecs_service(registry, desired=1)
    turns(10)
    (task,) = aws.tasks()
    instance: Any = {"ServiceId": registry, "InstanceId": task_id(task)}
    aws.ecs.stop_task(cluster="handson", task=task["taskArn"])
    if meddling == "register":
        attributes = {"AWS_INSTANCE_IPV4": "10.0.8.4"}
        aws.cloud_map.register_instance(**instance, Attributes=attributes)
    else:
        aws.cloud_map.deregister_instance(**instance)
    turns(20)
    (stopped,) = aws.tasks(desiredStatus="STOPPED")
    assert stopped["lastStatus"] == "STOPPED"
    assert aws.instances(registry).keys() == {task_id(each) for each in aws.tasks()}


def test_a_container_health_check_makes_the_instance_healthy_when_it_passes(
    aws: Account, registry: str
) -> None:
    check = {"command": ["CMD-SHELL", "true"]}
    aws.ecs_service(registry, desired=1, taskDefinition=aws.task_definition(healthCheck=check))
    aws.steady(1)
    status = eventually(
        lambda: aws.cloud_map.get_instances_health_status(ServiceId=registry)["Status"],
        lambda status: "HEALTHY" in status.values(),
    )
    (task,) = aws.tasks()
    assert status.keys() == {task_id(task)}
    assert aws.instances(registry)[task_id(task)]["AWS_INIT_HEALTH_STATUS"] == "UNHEALTHY"
    assert task["healthStatus"] == task["containers"][0]["healthStatus"] == "HEALTHY"


def test_a_task_of_run_task_runs_and_is_not_replaced(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    reply = aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
        startedBy="somebody",
    )
    (task,) = reply["tasks"]
    assert (task["lastStatus"], task["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert (task["group"], task["startedBy"]) == ("family:httpd-task", "somebody")
    assert task["attachments"][0]["status"] == "PRECREATED"
    eventually(aws.tasks, lambda tasks: [each["lastStatus"] for each in tasks] == ["RUNNING"])
    aws.ecs.stop_task(cluster="handson", task=task["taskArn"])
    eventually(
        lambda: aws.tasks(desiredStatus="STOPPED"),
        lambda tasks: [each["lastStatus"] for each in tasks] == ["STOPPED"],
    )
    assert aws.tasks() == []


def test_tasks_are_described_by_id_or_arn_and_the_missing_are_named(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    (task,) = aws.tasks()
    for name in (task["taskArn"], task_id(task)):
        reply = aws.ecs.describe_tasks(cluster="handson", tasks=[name, "f" * 32])
        assert [each["taskArn"] for each in reply["tasks"]] == [task["taskArn"]]
        assert reply["failures"] == [{"arn": "f" * 32, "reason": "MISSING"}]
    with pytest.raises(ClientError) as caught:
        aws.ecs.stop_task(cluster="handson", task="f" * 32)
    assert error_of(caught)[0] == "InvalidParameterException"


def test_tasks_are_listed_in_pages_and_by_filter(aws: Account) -> None:
    aws.ecs_service(None, desired=3)
    aws.ecs_service(None, desired=1, name="other")
    aws.steady(3)
    aws.steady(1, name="other")
    one: Any = {"cluster": "handson", "serviceName": "httpd", "maxResults": 2}
    first = aws.ecs.list_tasks(**one)
    second = aws.ecs.list_tasks(**one, nextToken=first["nextToken"])
    assert [len(first["taskArns"]), len(second["taskArns"])] == [2, 1]
    assert "nextToken" not in second
    assert len(aws.tasks()) == 4
    assert len(aws.tasks(family="httpd-task")) == 4
    assert aws.tasks(family="httpd") == aws.tasks(launchType="EC2") == []
    assert len(aws.tasks(launchType="FARGATE")) == 4
    assert aws.tasks(desiredStatus="STOPPED") == []


def test_tags_of_a_task_are_put_on_and_taken_off(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    arn = aws.tasks()[0]["taskArn"]
    tags: Any = [{"key": "team", "value": "blue"}, {"key": "stage", "value": "test"}]
    aws.ecs.tag_resource(resourceArn=arn, tags=tags)
    aws.ecs.untag_resource(resourceArn=arn, tagKeys=["stage"])
    assert aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == tags[:1]


def test_a_task_of_run_task_gets_the_tags_that_the_call_asks_for(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    definition = aws.task_definition()
    aws.ecs.tag_resource(resourceArn=definition, tags=[{"key": "stage", "value": "test"}])
    (task,) = aws.ecs.run_task(
        cluster="handson",
        taskDefinition=definition,
        launchType="FARGATE",
        networkConfiguration=aws.network(),
        tags=[{"key": "team", "value": "blue"}],
        propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True,
    )["tasks"]
    arn = task["taskArn"]
    (bare,) = aws.ecs.describe_tasks(cluster="handson", tasks=[arn])["tasks"]
    (full,) = aws.ecs.describe_tasks(cluster="handson", tasks=[arn], include=["TAGS"])["tasks"]
    assert "tags" not in bare
    assert {tag["key"]: tag["value"] for tag in full["tags"]} == {
        "team": "blue",
        "stage": "test",
        "aws:ecs:clusterName": "handson",
    }


def test_stopped_tasks_are_described_for_an_hour(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    arn = aws.tasks()[0]["taskArn"]
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    eventually(
        lambda: aws.ecs.describe_tasks(cluster="handson", tasks=[arn])["tasks"][0]["lastStatus"],
        lambda status: status == "STOPPED",
    )
    present = runtime.timestamp
    for minutes, count in ((59, 1), (61, 0)):
        monkeypatch.setattr(runtime, "timestamp", lambda: present() + timedelta(minutes=minutes))  # noqa: B023
        with runtime.LOCK:
            scheduler.tick()
        assert len(aws.ecs.describe_tasks(cluster="handson", tasks=[arn])["tasks"]) == count
