# SPDX-License-Identifier: Apache-2.0
"""Clusters, task definitions and the service-linked role: creation, description, deletion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused

EMPTY_LISTS: dict[str, object] = {
    "statistics": [],
    "tags": [],
    "capacityProviders": [],
    "defaultCapacityProviderStrategy": [],
}


def test_a_new_cluster_is_shown_as_the_article_shows_it(aws: Account) -> None:
    cluster: Any = aws.ecs.create_cluster(clusterName="handson")["cluster"]
    assert cluster.pop("clusterArn").endswith(":cluster/handson")
    assert cluster.pop("settings") == [{"name": "containerInsights", "value": "disabled"}]
    assert cluster == EMPTY_LISTS | {
        "clusterName": "handson",
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": 0,
        "pendingTasksCount": 0,
        "activeServicesCount": 0,
    }


def test_a_cluster_is_described_with_what_the_request_includes(aws: Account) -> None:
    tags: Any = [{"key": "team", "value": "blue"}]
    aws.ecs.create_cluster(clusterName="handson", tags=tags)
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    (bare,) = aws.ecs.describe_clusters(clusters=["handson"])["clusters"]
    assert {key: bare[key] for key in EMPTY_LISTS} == EMPTY_LISTS  # type: ignore[literal-required]
    reply = aws.ecs.describe_clusters(
        clusters=["handson", "none"], include=["TAGS", "STATISTICS", "SETTINGS"]
    )
    (full,) = reply["clusters"]
    assert full["tags"] == tags
    assert {"name": "runningFargateTasksCount", "value": "1"} in full["statistics"]
    assert [failure["reason"] for failure in reply["failures"]] == ["MISSING"]


def test_a_deleted_cluster_is_inactive_and_its_name_free_again(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    assert aws.ecs.delete_cluster(cluster="handson")["cluster"]["status"] == "INACTIVE"
    (cluster,) = aws.ecs.describe_clusters(clusters=["handson"])["clusters"]
    assert cluster["status"] == "INACTIVE"
    code, message, _ = refused(
        lambda: aws.ecs.run_task(cluster="handson", taskDefinition="f", launchType="FARGATE")
    )
    assert (code, message) == ("ClusterNotFoundException", "Cluster not found.")
    assert aws.ecs.create_cluster(clusterName="handson")["cluster"]["status"] == "ACTIVE"


def test_a_cluster_that_is_there_is_not_created_again(aws: Account) -> None:
    aws.ecs_service(None, desired=0)
    cluster = aws.ecs.create_cluster(clusterName="handson")["cluster"]
    assert cluster["activeServicesCount"] == 1


def test_the_first_cluster_creates_the_service_linked_role(aws: Account) -> None:
    for name in ("one", "two"):
        aws.ecs.create_cluster(clusterName=name)
    role = aws.client("iam").get_role(RoleName="AWSServiceRoleForECS")["Role"]
    assert role["Path"] == "/aws-service-role/ecs.amazonaws.com/"
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}
    aws.ecs_service(None, desired=0)
    assert aws.described()["roleArn"] == role["Arn"]


# Task definitions


def test_a_task_definition_is_shown_with_its_defaults(aws: Account) -> None:
    reply = aws.ecs.register_task_definition(
        family="httpd-task",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "web", "image": "httpd:2.4.41-alpine", "portMappings": [{"containerPort": 80}]}
        ],
    )
    definition: Any = reply["taskDefinition"]
    assert (definition["family"], definition["revision"]) == ("httpd-task", 1)
    assert definition["taskDefinitionArn"].endswith(":task-definition/httpd-task:1")
    assert definition["status"] == "ACTIVE"
    assert definition["compatibilities"] == ["EC2", "FARGATE"]
    assert definition["requiresCompatibilities"] == ["FARGATE"]
    assert isinstance(definition["registeredAt"], datetime)
    assert definition["registeredBy"] == "arn:aws:iam::123456789012:root"
    assert definition["volumes"] == definition["placementConstraints"] == []
    (container,) = definition["containerDefinitions"]
    assert container["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert container["essential"] is True
    assert container["environment"] == container["mountPoints"] == container["volumesFrom"] == []


def test_a_family_counts_its_revisions_and_stands_for_the_last_active_one(aws: Account) -> None:
    arns = [aws.task_definition() for _ in range(3)]
    assert [arn.rsplit(":", 1)[1] for arn in arns] == ["1", "2", "3"]
    gone: Any = aws.ecs.deregister_task_definition(taskDefinition=arns[2])["taskDefinition"]
    assert gone["status"] == "INACTIVE"
    assert gone["deregisteredAt"] >= gone["registeredAt"]
    described = aws.ecs.describe_task_definition(taskDefinition="httpd-task")["taskDefinition"]
    assert described["revision"] == 2
    assert aws.ecs.list_task_definitions()["taskDefinitionArns"] == arns[:2]
    assert aws.ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"] == arns[2:]
    assert aws.task_definition().endswith(":4")


def test_an_inactive_task_definition_is_described_but_not_run(aws: Account) -> None:
    arn = aws.task_definition()
    aws.ecs.deregister_task_definition(taskDefinition=arn)
    described = aws.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert described["status"] == "INACTIVE"
    for name in ("httpd-task", "nothing", "httpd-task:9"):
        code, message, _ = refused(
            lambda: aws.ecs.describe_task_definition(taskDefinition=name)  # noqa: B023
        )
        assert (code, message) == ("ClientException", "Unable to describe task definition.")
    code, message, _ = refused(lambda: aws.ecs_service(None, desired=1, taskDefinition=arn))
    assert (code, message) == ("ClientException", "TaskDefinition is inactive")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"cpu": "256", "memory": "4096"}, "No Fargate configuration exists for given values"),
        ({"cpu": "300", "memory": "512"}, "No Fargate configuration exists for given values"),
        ({"memory": "512"}, "Fargate requires that 'cpu' be defined"),
        ({"cpu": "256"}, "Fargate requires that 'memory' be defined"),
        ({"cpu": "256", "memory": "512", "networkMode": "bridge"}, "only supports network mode"),
    ],
)
def test_what_fargate_cannot_run_is_not_registered(
    aws: Account, parameters: dict[str, str], words: str
) -> None:
    definition: Any = {
        "family": "f",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "containerDefinitions": [{"name": "c", "image": "i"}],
    }
    code, message, _ = refused(
        lambda: aws.ecs.register_task_definition(**(definition | parameters))
    )
    assert (code, words in message) == ("ClientException", True)
