# SPDX-License-Identifier: Apache-2.0
"""Capacity provider strategies: which provider each task gets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, Turns, refused
from tests.endpoint.localaws.ecs.hosts import USER_DATA, create_service, definition, start_instances

GROUP_ARN = (
    "arn:aws:autoscaling:ap-northeast-1:123456789012:autoScalingGroup:"
    "01234567-89ab-cdef-0123-456789abcdef:autoScalingGroupName/workers"
)


def on_fargate(aws: Account, strategy: Any, desired: int, **more: Any) -> None:
    create_service(
        aws,
        desired=desired,
        taskDefinition=aws.task_definition(),
        networkConfiguration=aws.network(),
        capacityProviderStrategy=strategy,
        **more,
    )


def providers(aws: Account) -> Counter[str]:
    return Counter(task["capacityProviderName"] for task in aws.tasks())


def test_first_the_base_then_by_weight(aws: Account, turns: Turns) -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    on_fargate(aws, strategy, 2)
    turns(4)
    assert providers(aws) == {"FARGATE": 2}
    aws.ecs.update_service(cluster="handson", service="web", desiredCount=10)
    turns(4)
    assert providers(aws) == {"FARGATE": 4, "FARGATE_SPOT": 6}
    service = aws.described("web")
    assert "launchType" not in service
    assert {each["capacityProvider"] for each in service["capacityProviderStrategy"]} == {
        "FARGATE",
        "FARGATE_SPOT",
    }
    assert {task["launchType"] for task in aws.tasks()} == {"FARGATE"}


def test_run_task_follows_a_strategy_too(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        networkConfiguration=aws.network(),
        count=4,
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 1},
        ],
    )
    assert providers(aws) == {"FARGATE": 2, "FARGATE_SPOT": 2}


def test_a_changed_strategy_is_a_new_deployment(aws: Account, turns: Turns) -> None:
    on_fargate(aws, [{"capacityProvider": "FARGATE"}], 2)
    turns(4)
    spot: Any = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    aws.ecs.update_service(cluster="handson", service="web", capacityProviderStrategy=spot)
    turns(16)
    assert providers(aws) == {"FARGATE_SPOT": 2}
    aws.steady(2, "web")


@pytest.mark.parametrize(
    "strategy",
    [
        [
            {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "base": 1},
        ],
        [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}],
        [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "own"}],
        [{"capacityProvider": "nobody"}],
    ],
    ids=["two bases", "no weight", "Fargate and a group", "unknown"],
)
def test_a_strategy_that_places_nothing_is_refused(aws: Account, strategy: Any) -> None:
    assert refused(lambda: on_fargate(aws, strategy, 1))[0] == "InvalidParameterException"


def test_a_launch_type_excludes_a_strategy(aws: Account) -> None:
    strategy = [{"capacityProvider": "FARGATE"}]
    code, message, _ = refused(lambda: on_fargate(aws, strategy, 1, launchType="FARGATE"))
    assert (code, "both a launch type and" in message) == ("InvalidParameterException", True)


def test_tasks_go_to_the_instances_of_the_providers_group(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.create_capacity_provider(
        name="own", autoScalingGroupProvider={"autoScalingGroupArn": GROUP_ARN}
    )
    strategy: Any = [{"capacityProvider": "own", "weight": 1}]
    call: Any = {"taskDefinition": definition(aws), "capacityProviderStrategy": strategy}
    code, message, _ = refused(lambda: create_service(aws, **call))
    assert (code, "not associated with the cluster" in message) == (
        "InvalidParameterException",
        True,
    )
    aws.ecs.put_cluster_capacity_providers(
        cluster="handson", capacityProviders=["own"], defaultCapacityProviderStrategy=strategy
    )
    start_instances(aws, turns)
    create_service(aws, taskDefinition=definition(aws))
    turns(2)
    service = aws.described("web")
    assert "found in your capacity provider" in service["events"][0]["message"]
    tags: Any = [
        {
            "ResourceType": "instance",
            "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "workers"}],
        }
    ]
    (own,) = start_instances(aws, turns, UserData=USER_DATA, TagSpecifications=tags)
    turns(4)
    (task,) = aws.tasks()
    assert task["containerInstanceArn"].endswith(own)
    assert task["capacityProviderName"] == "own"
    (instance,) = aws.ecs.describe_container_instances(cluster="handson", containerInstances=[own])[
        "containerInstances"
    ]
    assert instance["capacityProviderName"] == "own"
