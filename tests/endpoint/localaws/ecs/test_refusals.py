# SPDX-License-Identifier: Apache-2.0
"""Requests that ECS refuses, AWS's error messages, and the quotas."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.ecs import service_calls
from tests.endpoint.localaws.account import Account, error_of, refused
from tests.support.waiting import eventually


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        (
            "srv-0000000000000000",
            "InvalidParameterException",
            "The format of the supplied service registry ARN is invalid: srv-0000000000000000",
        ),
        (
            "arn:aws:servicediscovery:ap-northeast-1:123456789012:service/srv-0000000000000000",
            "ClientException",
            'The service registry could not be validated. Route 53 error: "ServiceNotFound."',
        ),
    ],
)
def test_a_wrong_registry_is_refused(aws: Account, arn: str, code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1, serviceRegistries=[{"registryArn": arn}])
    assert error_of(caught) == (code, message, 400)


def test_only_one_registry(aws: Account) -> None:
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1, serviceRegistries=[{"registryArn": "a"}] * 2)
    assert error_of(caught)[0] == "InvalidParameterException"


def test_a_thousand_tasks_with_service_discovery_and_not_one_more(aws: Account) -> None:
    registry = aws.service(aws.namespace())
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(registry, desired=1001)
    assert error_of(caught)[0] == "InvalidParameterException"
    vpc = aws.another_vpc()
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/20")["Subnet"]["SubnetId"]
    aws.ecs_service(registry, desired=1000, networkConfiguration=aws.network(subnet))
    eventually(lambda: len(aws.instances(registry)), lambda count: count == 1000)
    eventually(lambda: len(aws.described()["events"]), lambda count: count == 100)
    with pytest.raises(ClientError) as caught:
        aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1001)
    assert error_of(caught)[0] == "InvalidParameterException"


def test_missing_clusters_services_and_tasks_are_named(aws: Account) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    reply = aws.ecs.describe_services(cluster="handson", services=["nothing"])
    assert [failure["reason"] for failure in reply["failures"]] == ["MISSING"]
    for call, code in (
        (lambda: aws.ecs.describe_services(cluster="none", services=["x"]), "ClusterNotFound"),
        (lambda: aws.ecs.update_service(cluster="handson", service="x"), "ServiceNotFound"),
        (lambda: aws.ecs.describe_tasks(cluster="handson", tasks=[]), "InvalidParameter"),
        (lambda: aws.ecs.describe_tasks(cluster="handson", tasks=["x"] * 101), "InvalidParameter"),
        (
            lambda: aws.ecs.describe_services(cluster="handson", services=["x"] * 11),
            "InvalidParameter",
        ),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert error_of(caught)[0] == f"{code}Exception"


def test_a_service_that_is_not_active_cannot_be_changed(aws: Account) -> None:
    aws.ecs_service(None, desired=0)
    aws.ecs.delete_service(cluster="handson", service="httpd")
    with pytest.raises(ClientError) as caught:
        aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    assert error_of(caught)[0] == "ServiceNotActiveException"


def test_network_errors_of_create_service(aws: Account) -> None:
    bad_subnet: Any = {"awsvpcConfiguration": {"subnets": ["subnet-00000000000000000"]}}
    bad_group: Any = aws.network()
    bad_group["awsvpcConfiguration"]["securityGroups"] = ["sg-00000000000000000"]
    for network, words in (
        ({}, "Network Configuration must be provided"),
        (bad_subnet, "The subnet ID 'subnet-00000000000000000' does not exist"),
        (bad_group, "The security group 'sg-00000000000000000' does not exist"),
    ):
        with pytest.raises(ClientError) as caught:
            aws.ecs_service(None, desired=1, networkConfiguration=network)
        assert error_of(caught)[0] == "InvalidParameterException"
        assert words in error_of(caught)[1]


def test_a_cluster_with_services_or_tasks_cannot_be_deleted(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    (cluster,) = aws.ecs.describe_clusters(clusters=["handson"])["clusters"]
    assert cluster["activeServicesCount"] == cluster["runningTasksCount"] == 1
    with pytest.raises(ClientError) as caught:
        aws.ecs.delete_cluster(cluster="handson")
    assert error_of(caught)[0] == "ClusterContainsServicesException"
    aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        networkConfiguration=aws.network(),
    )
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()
    with pytest.raises(ClientError) as caught:
        aws.ecs.delete_cluster(cluster="handson")
    assert error_of(caught)[0] == "ClusterContainsTasksException"
    for task in aws.tasks():
        aws.ecs.stop_task(cluster="handson", task=task["taskArn"])
    eventually(
        lambda: {each["lastStatus"] for each in aws.tasks(desiredStatus="STOPPED")},
        lambda statuses: statuses == {"STOPPED"},
    )
    assert aws.ecs.delete_cluster(cluster="handson")["cluster"]["status"] == "INACTIVE"
    assert aws.ecs.list_clusters()["clusterArns"] == []


def create(aws: Account, **parameters: Any) -> Any:
    """Returns a call of CreateService on Fargate with the least it needs and these parameters."""
    aws.ecs.create_cluster(clusterName="handson")
    definition = aws.task_definition()
    return lambda: aws.ecs.create_service(
        cluster="handson",
        serviceName="httpd",
        desiredCount=0,
        launchType="FARGATE",
        taskDefinition=definition,
        networkConfiguration=aws.network(),
        **parameters,
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"schedulingStrategy": "DAEMON"}, "InvalidParameterException"),
        ({"placementConstraints": [{"type": "distinctInstance"}]}, "InvalidParameterException"),
        ({"placementStrategy": [{"type": "random"}]}, "InvalidParameterException"),
        ({"platformVersion": "1.0.0"}, "PlatformUnknownException"),
        ({"deploymentController": {"type": "NOBODY"}}, "InvalidParameterException"),
        ({"deploymentController": {"type": "EXTERNAL"}}, "InvalidParameterException"),
        ({"serviceConnectConfiguration": {"enabled": True}}, "InvalidParameterException"),
    ],
)
def test_what_fargate_does_not_have_is_refused(
    aws: Account, parameters: dict[str, Any], code: str
) -> None:
    assert refused(create(aws, **parameters))[0] == code


def test_five_thousand_tasks_without_service_discovery_and_not_one_more(aws: Account) -> None:
    create(aws)()
    call: Any = {"cluster": "handson", "service": "httpd", "desiredCount": 5001}
    code, message, _ = refused(lambda: aws.ecs.update_service(**call))
    assert (code, "5000" in message) == ("InvalidParameterException", True)


def test_the_quota_of_services_in_a_cluster(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service_calls.MAX_SERVICES == 5000
    monkeypatch.setattr(service_calls, "MAX_SERVICES", 1)
    aws.ecs_service(None, desired=0, name="first")
    code, message, _ = refused(create(aws))
    assert (code, message) == ("InvalidParameterException", "A cluster can have 1 services.")


@pytest.mark.parametrize(("kind", "count"), [("subnets", 17), ("securityGroups", 6)])
def test_sixteen_subnets_and_five_groups_at_the_most(aws: Account, kind: str, count: int) -> None:
    network = aws.network()
    network["awsvpcConfiguration"][kind] = ["x"] * count
    code, message, _ = refused(
        lambda: aws.ecs_service(None, desired=0, networkConfiguration=network)
    )
    assert (code, f"at most {count - 1}" in message) == ("InvalidParameterException", True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "needs port"),
        ({"containerName": "httpd-container"}, "both of containerName and containerPort"),
        ({"containerPort": 80}, "both of containerName and containerPort"),
        ({"port": 1, "containerName": "httpd-container", "containerPort": 80}, "either port or"),
        ({"containerName": "nobody", "containerPort": 80}, "The container nobody does not exist"),
        (
            {"containerName": "httpd-container", "containerPort": 81},
            "did not have a container port 81 defined",
        ),
    ],
)
def test_an_unusable_port_for_srv_records_is_refused(
    aws: Account, given: dict[str, Any], words: str
) -> None:
    registry = aws.service(aws.namespace(), types=("SRV",))
    arn = aws.cloud_map.get_service(Id=registry)["Service"]["Arn"]
    code, message, _ = refused(create(aws, serviceRegistries=[{"registryArn": arn, **given}]))
    assert (code, words in message) == ("InvalidParameterException", True)
