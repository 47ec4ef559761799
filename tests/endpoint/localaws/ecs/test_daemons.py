# SPDX-License-Identifier: Apache-2.0
"""Daemon services: one task on each container instance."""

from __future__ import annotations

from typing import Any

from tests.endpoint.localaws.account import Account, Turns
from tests.endpoint.localaws.ecs.hosts import create_service, definition, hosts_of, start_instances

DAEMON: Any = {"schedulingStrategy": "DAEMON", "desired": None}


def test_one_task_runs_on_each_instance_and_on_each_that_joins(aws: Account, turns: Turns) -> None:
    create_service(aws, **DAEMON)
    turns(2)
    service = aws.described("web")
    assert (service["schedulingStrategy"], service["desiredCount"]) == ("DAEMON", 0)
    configuration = service["deploymentConfiguration"]
    assert (configuration["maximumPercent"], configuration["minimumHealthyPercent"]) == (100, 0)
    assert service["availabilityZoneRebalancing"] == "DISABLED"
    ids = start_instances(aws, turns, 2)
    turns(5)
    assert hosts_of(aws) == sorted(ids)
    aws.steady(2, "web")
    ids += start_instances(aws, turns, 1)
    turns(5)
    assert hosts_of(aws) == sorted(ids)


def test_it_stays_within_its_constraints(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    here = f"attribute:ecs.availability-zone == {aws.region}a"
    constraint: Any = [{"type": "memberOf", "expression": here}]
    create_service(aws, placementConstraints=constraint, **DAEMON)
    turns(5)
    assert hosts_of(aws) == ids[:1]


def test_a_new_deployment_replaces_the_task_of_each_instance(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    create_service(aws, **DAEMON)
    turns(5)
    before = {task["taskArn"] for task in aws.tasks()}
    new = definition(aws, container={"memory": 64})
    aws.ecs.update_service(cluster="handson", service="web", taskDefinition=new)
    turns(20)
    assert hosts_of(aws) == sorted(ids)
    assert not before & {task["taskArn"] for task in aws.tasks()}
    aws.steady(2, "web")


def test_a_draining_instance_has_none(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 2)
    create_service(aws, **DAEMON)
    turns(5)
    aws.ecs.update_container_instances_state(
        cluster="handson", containerInstances=ids[:1], status="DRAINING"
    )
    turns(8)
    assert hosts_of(aws) == ids[1:]


def test_it_is_deleted_while_it_runs(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns)
    create_service(aws, **DAEMON)
    turns(5)
    aws.ecs.delete_service(cluster="handson", service="web")
    turns(8)
    assert aws.tasks() == []
    assert aws.described("web")["status"] == "INACTIVE"
