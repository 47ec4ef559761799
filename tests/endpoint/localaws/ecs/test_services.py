# SPDX-License-Identifier: Apache-2.0
"""Fargate services: creation, deletion, Cloud Map registries, lists, tags."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import scheduler
from tests.endpoint.localaws.account import Account, Turns, address_of, error_of


def test_a_new_service_has_no_tasks_and_the_defaults_of_aws(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    service = aws.ecs.create_service(
        cluster="handson",
        serviceName="httpd",
        desiredCount=1,
        launchType="FARGATE",
        taskDefinition=aws.task_definition(),
        networkConfiguration=aws.network(),
    )["service"]
    assert service["status"] == "ACTIVE"
    assert service["events"] == []
    assert (service["desiredCount"], service["runningCount"], service["pendingCount"]) == (1, 0, 0)
    assert service["schedulingStrategy"] == "REPLICA"
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["deploymentController"] == {"type": "ECS"}
    assert service["deploymentConfiguration"]["maximumPercent"] == 200
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 100
    assert service["roleArn"].endswith("/AWSServiceRoleForECS")
    (deployment,) = service["deployments"]
    assert re.fullmatch(r"ecs-svc/\d{19}", deployment["id"])
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."
    assert (deployment["platformVersion"], deployment["platformFamily"]) == ("1.4.0", "Linux")
    assert deployment["desiredCount"] == deployment["runningCount"] == 0


def test_a_service_is_draining_then_inactive_and_its_name_free_again(aws: Account) -> None:
    registry = aws.service(aws.namespace())
    aws.ecs_service(registry, desired=2)
    aws.steady(2)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    reply = aws.ecs.delete_service(cluster="handson", service="httpd")["service"]
    assert reply["status"] == "DRAINING"
    assert aws.ecs.list_services(cluster="handson")["serviceArns"] == []
    aws.inactive()
    assert aws.instances(registry) == {}, "deregistered before the service is INACTIVE"
    aws.cloud_map.delete_service(Id=registry)
    aws.ecs_service(None, desired=0)
    assert aws.described()["status"] == "ACTIVE"


def test_a_service_without_tasks_is_inactive_at_the_first_look(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=0)
    reply = aws.ecs.delete_service(cluster="handson", service="httpd")["service"]
    assert reply["status"] == "DRAINING"
    assert aws.described()["status"] == "INACTIVE"


def test_a_service_with_a_task_is_draining_until_the_task_stops(aws: Account, turns: Turns) -> None:
    aws.ecs_service(None, desired=1)
    turns(1)
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    assert aws.described()["status"] == "DRAINING"


def test_a_service_above_zero_is_deleted_only_by_force(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    with pytest.raises(ClientError) as caught:
        aws.ecs.delete_service(cluster="handson", service="httpd")
    assert error_of(caught) == (
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.",
        400,
    )
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()
    assert aws.tasks() == []


def test_a_service_being_rolled_over_is_deleted_only_by_force(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    monkeypatch.setattr(scheduler, "tick", lambda: None)  # so that it stays rolled over
    aws.ecs.update_service(cluster="handson", service="httpd", forceNewDeployment=True)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    with pytest.raises(ClientError) as caught:
        aws.ecs.delete_service(cluster="handson", service="httpd")
    assert error_of(caught)[1] == "The service cannot be stopped while deployments are active."


def test_a_name_that_is_taken_or_still_draining_is_refused(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    monkeypatch.setattr(scheduler, "tick", lambda: None)  # so that it stays DRAINING
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1)
    assert error_of(caught)[:2] == (
        "InvalidParameterException",
        "Creation of service was not idempotent.",
    )
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1)
    assert error_of(caught)[:2] == (
        "InvalidParameterException",
        "Unable to Start a service that is still Draining.",
    )


def test_a_repeated_client_token_gives_the_service_that_is_there(aws: Account) -> None:
    for _ in range(2):
        aws.ecs_service(None, desired=1, clientToken="once")
    assert len(aws.ecs.list_services(cluster="handson")["serviceArns"]) == 1


def test_services_are_listed_in_pages_of_ten(aws: Account) -> None:
    for number in range(11):
        aws.ecs_service(None, desired=0, name=f"s{number}", taskDefinition=aws.task_definition())
    page = aws.ecs.list_services(cluster="handson")
    assert len(page["serviceArns"]) == 10
    rest = aws.ecs.list_services(cluster="handson", nextToken=page["nextToken"])
    assert len(rest["serviceArns"]) == 1


def test_tags_of_the_service_reach_its_tasks_when_asked(aws: Account) -> None:
    tags = [{"key": "team", "value": "blue"}]
    aws.ecs_service(None, desired=1, tags=tags, propagateTags="SERVICE", enableECSManagedTags=True)
    aws.steady(1)
    arn = aws.tasks()[0]["taskArn"]
    (task,) = aws.ecs.describe_tasks(cluster="handson", tasks=[arn], include=["TAGS"])["tasks"]
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == {
        "team": "blue",
        "aws:ecs:clusterName": "handson",
        "aws:ecs:serviceName": "httpd",
    }


def test_the_waiters_of_the_sdk_end(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    config: Any = {"Delay": 1, "MaxAttempts": 20}
    call: Any = {"cluster": "handson", "services": ["httpd"], "WaiterConfig": config}
    aws.ecs.get_waiter("services_stable").wait(**call)
    assert aws.described()["runningCount"] == 1
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.ecs.get_waiter("services_inactive").wait(**call)


def test_the_az_rebalancing_of_a_service_stays_unless_it_is_given(aws: Account) -> None:
    aws.ecs_service(None, desired=0, availabilityZoneRebalancing="DISABLED")
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    assert aws.described()["availabilityZoneRebalancing"] == "DISABLED"
    aws.ecs.update_service(
        cluster="handson", service="httpd", availabilityZoneRebalancing="ENABLED"
    )
    assert aws.described()["availabilityZoneRebalancing"] == "ENABLED"


def test_srv_records_have_the_registrys_port(aws: Account) -> None:
    namespace_id = aws.namespace()
    by_port = aws.service(namespace_id, "by-port", types=("SRV",))
    by_container = aws.service(namespace_id, "by-container", types=("SRV",))
    for registry, given in (
        (by_port, {"port": 8080}),
        (by_container, {"containerName": "httpd-container", "containerPort": 80}),
    ):
        arn = aws.cloud_map.get_service(Id=registry)["Service"]["Arn"]
        aws.ecs_service(
            None, desired=1, name=registry, serviceRegistries=[{"registryArn": arn, **given}]
        )
        aws.steady(1, registry)
    ports = {
        record["Name"].split(".")[0]: record["ResourceRecords"][0]["Value"].split()[2]
        for record in aws.record_sets(namespace_id)
        if record["Type"] == "SRV"
    }
    assert ports == {"by-port": "8080", "by-container": "80"}
    (attributes,) = aws.instances(by_port).values()
    assert attributes["AWS_INSTANCE_PORT"] == "8080"


def test_private_addresses_are_registered_in_public_namespaces_too(aws: Account) -> None:
    operation_id = aws.cloud_map.create_public_dns_namespace(Name="public.example")["OperationId"]
    registry = aws.service(aws.succeeded(operation_id)["Targets"]["NAMESPACE"])
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    (attributes,) = aws.instances(registry).values()
    assert attributes["AWS_INSTANCE_IPV4"] == address_of(aws.tasks()[0])
    assert "AWS_INSTANCE_PORT" not in attributes


def test_cloud_maps_services_outlive_the_ecs_service(aws: Account) -> None:
    registry = aws.service(aws.namespace())
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()
    assert aws.cloud_map.get_service(Id=registry)["Service"]["InstanceCount"] == 0


def test_the_clusters_default_strategy_is_used_when_the_request_has_none(aws: Account) -> None:
    aws.ecs.create_cluster(
        clusterName="handson",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    call: Any = {
        "cluster": "handson",
        "taskDefinition": aws.task_definition(),
        "networkConfiguration": aws.network(),
    }
    aws.ecs.create_service(serviceName="httpd", desiredCount=1, **call)
    service = aws.steady(1)
    assert service["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE_SPOT"
    assert aws.tasks()[0]["capacityProviderName"] == "FARGATE_SPOT"
    (task,) = aws.ecs.run_task(**call)["tasks"]
    assert task["capacityProviderName"] == "FARGATE_SPOT"


def test_a_service_goes_on_with_a_task_definition_that_was_deleted(aws: Account) -> None:
    definition = aws.task_definition()
    aws.ecs_service(None, desired=1, taskDefinition=definition)
    aws.steady(1)
    aws.ecs.deregister_task_definition(taskDefinition=definition)
    aws.ecs.delete_task_definitions(taskDefinitions=[definition])
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=2)
    aws.steady(2)


def test_events_that_were_shown_before_are_shown_again_as_they_were(
    aws: Account, turns: Turns
) -> None:
    aws.ecs_service(None, desired=1)
    turns(10)
    first = aws.described()
    assert len(first["events"]) > 1
    assert aws.described() == first
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=2)
    turns(10)
    events = aws.described()["events"]
    assert len(events) > len(first["events"])
    assert events[-len(first["events"]) :] == first["events"]
    assert len({event["id"] for event in events}) == len(events)
