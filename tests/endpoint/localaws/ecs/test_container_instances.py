# SPDX-License-Identifier: Apache-2.0
"""Container instances: how they join a cluster, what they have, what goes with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, Turns, refused
from tests.endpoint.localaws.ecs.hosts import (
    IMAGE,
    USER_DATA,
    container_instances,
    create_service,
    definition,
    start_instances,
)


def resources(instance: Any, kind: str = "remainingResources") -> dict[str, Any]:
    return {
        each["name"]: each["stringSetValue"]
        if each["type"] == "STRINGSET"
        else each["integerValue"]
        for each in instance[kind]
    }


@pytest.mark.parametrize(
    "user_data",
    [
        USER_DATA,
        "#!/bin/bash\ncat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=handson\nEOF\n",
        '[settings.ecs]\ncluster = "handson"\n',
    ],
    ids=["echo", "here-document", "Bottlerocket"],
)
def test_an_instance_whose_user_data_names_the_cluster_joins_it(
    aws: Account, turns: Turns, user_data: str
) -> None:
    start_instances(aws, turns, UserData=user_data)
    (instance,) = container_instances(aws)
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", True)
    (cluster,) = aws.ecs.describe_clusters(clusters=["handson"])["clusters"]
    assert cluster["registeredContainerInstancesCount"] == 1


def test_an_instance_of_another_cluster_or_of_none_does_not(aws: Account, turns: Turns) -> None:
    assert start_instances(aws, turns, UserData=USER_DATA.replace("handson", "other")) == []
    assert start_instances(aws, turns, UserData="#!/bin/bash\necho hello\n") == []


def test_it_has_the_size_of_its_type_and_the_attributes_of_its_place(
    aws: Account, turns: Turns
) -> None:
    attributes = 'echo ECS_INSTANCE_ATTRIBUTES=\'{"stack": "blue"}\' >> /etc/ecs/ecs.config\n'
    start_instances(aws, turns, UserData=USER_DATA + attributes)
    (instance,) = container_instances(aws)
    found = {each["name"]: each["value"] for each in instance["attributes"]}
    assert found["ecs.instance-type"] == "t3.medium"
    assert found["ecs.availability-zone"] == f"{aws.region}a"
    assert found["ecs.subnet-id"] == next(iter(aws.subnets()))
    assert found["stack"] == "blue"
    size = resources(instance, "registeredResources")
    assert size["CPU"] == 2048
    assert 3500 < size["MEMORY"] < 4096
    assert size["PORTS"] == ["22", "2375", "2376", "51678", "51679"]


def test_a_task_takes_its_share_and_gives_it_back(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns)
    before = resources(*container_instances(aws))
    container = {
        "cpu": 256,
        "memoryReservation": 64,
        "portMappings": [{"containerPort": 80, "hostPort": 8080}],
    }
    create_service(aws, taskDefinition=definition(aws, container=container))
    turns(4)
    (instance,) = container_instances(aws)
    during = resources(instance)
    assert (before["CPU"] - during["CPU"], before["MEMORY"] - during["MEMORY"]) == (256, 64)
    assert "8080" in during["PORTS"]
    assert instance["runningTasksCount"] == 1
    aws.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    turns(6)
    assert resources(*container_instances(aws)) == before


def test_one_registered_by_the_api_runs_tasks_too(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    server = aws.ec2.run_instances(
        ImageId=IMAGE, MinCount=1, MaxCount=1, SubnetId=next(iter(aws.subnets()))
    )["Instances"][0]["InstanceId"]
    registered = aws.ecs.register_container_instance(
        cluster="handson",
        instanceIdentityDocument=json.dumps({"instanceId": server}),
        attributes=[{"name": "stack", "value": "blue"}],
        tags=[{"key": "team", "value": "blue"}],
    )["containerInstance"]
    assert {"name": "stack", "value": "blue"} in registered["attributes"]
    tags = aws.ecs.list_tags_for_resource(resourceArn=registered["containerInstanceArn"])["tags"]
    assert tags == [{"key": "team", "value": "blue"}]
    assert refused(lambda: aws.ecs.delete_cluster(cluster="handson"))[0] == (
        "ClusterContainsContainerInstancesException"
    )
    (task,) = aws.ecs.run_task(cluster="handson", taskDefinition=definition(aws))["tasks"]
    assert (task["launchType"], task["lastStatus"]) == ("EC2", "PROVISIONING")
    turns(4)
    (task,) = aws.tasks()
    assert (task["lastStatus"], task["containerInstanceArn"]) == (
        "RUNNING",
        registered["containerInstanceArn"],
    )


def test_one_with_tasks_leaves_only_by_force_and_they_stop(aws: Account, turns: Turns) -> None:
    (id_,) = start_instances(aws, turns)
    aws.ecs.run_task(cluster="handson", taskDefinition=definition(aws))
    turns(4)
    call: Any = {"cluster": "handson", "containerInstance": id_}
    code, message, _ = refused(lambda: aws.ecs.deregister_container_instance(**call))
    assert (code, message) == ("InvalidParameterException", "Found running tasks on the instance.")
    gone = aws.ecs.deregister_container_instance(**call, force=True)["containerInstance"]
    assert gone["status"] == "INACTIVE"
    turns(6)
    assert aws.tasks() == []
    assert container_instances(aws) == [], "and does not register again"


def test_a_terminated_instance_takes_its_tasks_along(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns, 2)
    strategy: Any = [{"type": "spread", "field": "instanceId"}]
    create_service(aws, desired=2, placementStrategy=strategy)
    turns(4)
    (first, second) = container_instances(aws)
    aws.ec2.terminate_instances(InstanceIds=[first["ec2InstanceId"]])
    turns(12)
    assert [each["containerInstanceArn"] for each in container_instances(aws)] == [
        second["containerInstanceArn"]
    ]
    assert {task["containerInstanceArn"] for task in aws.tasks()} == {
        second["containerInstanceArn"]
    }
    (stopped,) = aws.tasks(desiredStatus="STOPPED")
    assert stopped["stoppedReason"] == f"Host EC2 (instance {first['ec2InstanceId']}) terminated."
    aws.steady(2, "web")


def test_the_tasks_of_a_stopped_instance_stop_and_come_back_with_it(
    aws: Account, turns: Turns
) -> None:
    start_instances(aws, turns)
    create_service(aws)
    turns(4)
    (instance,) = container_instances(aws)
    call: Any = {"InstanceIds": [instance["ec2InstanceId"]]}
    aws.ec2.stop_instances(**call)
    turns(8)
    assert aws.tasks() == []
    assert container_instances(aws)[0]["agentConnected"] is False
    aws.ec2.start_instances(**call)
    turns(6)
    aws.steady(1, "web")


def test_a_draining_instance_hands_its_tasks_over(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    create_service(aws, desired=2)
    turns(4)
    aws.ecs.update_container_instances_state(
        cluster="handson", containerInstances=[ids[0]], status="DRAINING"
    )
    turns(16)
    assert {task["containerInstanceArn"].rsplit("/", 1)[-1] for task in aws.tasks()} == {ids[1]}
    aws.steady(2, "web")


def test_they_are_listed_by_status_and_by_the_query_language(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    aws.ecs.update_container_instances_state(
        cluster="handson", containerInstances=[ids[0]], status="DRAINING"
    )

    def listed(**call: Any) -> list[str]:
        arns = aws.ecs.list_container_instances(cluster="handson", **call)["containerInstanceArns"]
        return [arn.rsplit("/", 1)[-1] for arn in arns]

    assert listed(status="DRAINING") == [ids[0]]
    zone = f"attribute:ecs.availability-zone == {aws.region}c"
    assert listed(filter=zone) == [ids[1]]
    assert refused(lambda: listed(filter="attribute:x ??"))[0] == "InvalidParameterException"


def test_start_task_names_the_container_instances(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    call: Any = {"cluster": "handson", "taskDefinition": definition(aws)}
    reply = aws.ecs.start_task(containerInstances=[ids[1]], **call)
    assert [task["containerInstanceArn"].rsplit("/", 1)[-1] for task in reply["tasks"]] == [ids[1]]
    none = refused(lambda: aws.ecs.start_task(containerInstances=["0" * 32], **call))
    assert none[0] == "InvalidParameterException"
    port: Any = {"portMappings": [{"containerPort": 80, "hostPort": 22}]}
    taken = definition(aws, container=port)
    reply = aws.ecs.start_task(cluster="handson", taskDefinition=taken, containerInstances=ids)
    assert [failure["reason"] for failure in reply["failures"]] == ["RESOURCE:PORTS"] * 2


def test_a_server_of_the_users_own_is_external(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    document = json.dumps({"instanceId": "mi-0123456789abcdef0"})
    aws.ecs.register_container_instance(cluster="handson", instanceIdentityDocument=document)
    create_service(aws, launchType="EXTERNAL")
    turns(4)
    (task,) = aws.tasks()
    assert (task["launchType"], task["lastStatus"]) == ("EXTERNAL", "RUNNING")
    create_service(aws, name="on-ec2")
    turns(1)
    assert "No Container Instances were found" in aws.described("on-ec2")["events"][0]["message"]
