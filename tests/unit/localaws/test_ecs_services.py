# SPDX-License-Identifier: Apache-2.0
"""Fargate services: deployments, events, scaling, roll-over, deletion, errors."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws import runtime, scheduler
from localaws.ecs import service_calls
from tests.unit.localaws.account import Aws, address_of, error_of, eventually, refused, task_id


def test_a_new_service_has_nothing_yet_and_the_defaults_of_aws(aws: Aws) -> None:
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


def test_events_tell_what_happened_newest_first(aws: Aws) -> None:
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
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.ecs_service(None, desired=0)
    aws.steady(0)
    present = runtime.timestamp
    for hours, count in ((5, 1), (7, 2)):
        monkeypatch.setattr(runtime, "timestamp", lambda: present() + timedelta(hours=hours))  # noqa: B023
        with runtime.LOCK:
            scheduler.tick()
        said = [event["message"] for event in aws.described()["events"]]
        assert said.count("(service httpd) has reached a steady state.") == count


def test_scaling_makes_no_deployment(aws: Aws) -> None:
    aws.ecs_service(None, desired=1)
    before = aws.steady(1)["deployments"][0]["id"]
    kept = {task_id(task) for task in aws.tasks()}
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=3)
    assert aws.steady(3)["deployments"][0]["id"] == before
    assert kept < {task_id(task) for task in aws.tasks()}


def test_a_new_task_definition_rolls_the_service_over(aws: Aws) -> None:
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
    aws: Aws, minimum: int, maximum: int, fewest: int, most: int
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


def test_an_unchanged_task_definition_makes_no_deployment_unless_forced(aws: Aws) -> None:
    definition = aws.task_definition()
    aws.ecs_service(None, desired=0, taskDefinition=definition)
    before = aws.steady(0)["deployments"][0]["id"]
    call: Any = {"cluster": "handson", "service": "httpd", "taskDefinition": definition}
    same = aws.ecs.update_service(**call)["service"]["deployments"][0]["id"]
    forced = aws.ecs.update_service(**call, forceNewDeployment=True)["service"]["deployments"]
    assert same == before != forced[0]["id"]


def test_other_subnets_roll_the_service_over(aws: Aws) -> None:
    one, two = aws.subnets()
    aws.ecs_service(None, desired=1, networkConfiguration=aws.network(one))
    aws.steady(1)
    aws.ecs.update_service(
        cluster="handson", service="httpd", networkConfiguration=aws.network(two)
    )
    aws.steady(1)
    details = aws.tasks()[0]["attachments"][0]["details"]
    assert details[0] == {"name": "subnetId", "value": two}


def test_a_service_is_draining_then_inactive_and_its_name_free_again(aws: Aws) -> None:
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


def test_a_service_above_zero_is_deleted_only_by_force(aws: Aws) -> None:
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


def test_a_service_being_rolled_over_is_deleted_only_by_force(aws: Aws) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    aws.ecs.update_service(cluster="handson", service="httpd", forceNewDeployment=True)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    with pytest.raises(ClientError) as caught:
        aws.ecs.delete_service(cluster="handson", service="httpd")
    assert error_of(caught)[1] == "The service cannot be stopped while deployments are active."


def test_a_name_that_is_taken_or_still_draining_is_refused(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
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


def test_a_repeated_client_token_gives_the_service_that_is_there(aws: Aws) -> None:
    for _ in range(2):
        aws.ecs_service(None, desired=1, clientToken="once")
    assert len(aws.ecs.list_services(cluster="handson")["serviceArns"]) == 1


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
def test_a_wrong_registry_is_refused(aws: Aws, arn: str, code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1, serviceRegistries=[{"registryArn": arn}])
    assert error_of(caught) == (code, message, 400)


def test_only_one_registry(aws: Aws) -> None:
    with pytest.raises(ClientError) as caught:
        aws.ecs_service(None, desired=1, serviceRegistries=[{"registryArn": "a"}] * 2)
    assert error_of(caught)[0] == "InvalidParameterException"


def test_a_thousand_tasks_with_service_discovery_and_not_one_more(aws: Aws) -> None:
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


def test_what_is_missing_is_named(aws: Aws) -> None:
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


def test_a_service_that_is_not_active_cannot_be_changed(aws: Aws) -> None:
    aws.ecs_service(None, desired=0)
    aws.ecs.delete_service(cluster="handson", service="httpd")
    with pytest.raises(ClientError) as caught:
        aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    assert error_of(caught)[0] == "ServiceNotActiveException"


def test_network_errors_of_create_service(aws: Aws) -> None:
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


def test_a_cluster_with_services_or_tasks_cannot_be_deleted(aws: Aws) -> None:
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


def test_services_are_listed_in_pages_of_ten(aws: Aws) -> None:
    for number in range(11):
        aws.ecs_service(None, desired=0, name=f"s{number}", taskDefinition=aws.task_definition())
    page = aws.ecs.list_services(cluster="handson")
    assert len(page["serviceArns"]) == 10
    rest = aws.ecs.list_services(cluster="handson", nextToken=page["nextToken"])
    assert len(rest["serviceArns"]) == 1


def test_tags_of_the_service_reach_its_tasks_when_asked(aws: Aws) -> None:
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


def test_the_waiters_of_the_sdk_end(aws: Aws) -> None:
    aws.ecs_service(None, desired=1)
    config: Any = {"Delay": 1, "MaxAttempts": 20}
    call: Any = {"cluster": "handson", "services": ["httpd"], "WaiterConfig": config}
    aws.ecs.get_waiter("services_stable").wait(**call)
    assert aws.described()["runningCount"] == 1
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.ecs.get_waiter("services_inactive").wait(**call)


def create(aws: Aws, **parameters: Any) -> Any:
    """CreateService on Fargate with as little as it needs, and these."""
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
        ({"deploymentController": {"type": "CODE_DEPLOY"}}, "NotImplemented"),
        ({"serviceConnectConfiguration": {"enabled": True}}, "NotImplemented"),
    ],
)
def test_what_fargate_or_this_endpoint_does_not_have_is_refused(
    aws: Aws, parameters: dict[str, Any], code: str
) -> None:
    assert refused(create(aws, **parameters))[0] == code


def test_five_thousand_tasks_without_service_discovery_and_not_one_more(aws: Aws) -> None:
    create(aws)()
    call: Any = {"cluster": "handson", "service": "httpd", "desiredCount": 5001}
    code, message, _ = refused(lambda: aws.ecs.update_service(**call))
    assert (code, "5000" in message) == ("InvalidParameterException", True)


def test_the_quota_of_services_in_a_cluster(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    assert service_calls.MAX_SERVICES == 5000
    monkeypatch.setattr(service_calls, "MAX_SERVICES", 1)
    aws.ecs_service(None, desired=0, name="first")
    code, message, _ = refused(create(aws))
    assert (code, message) == ("InvalidParameterException", "A cluster can have 1 services.")


@pytest.mark.parametrize(("kind", "count"), [("subnets", 17), ("securityGroups", 6)])
def test_sixteen_subnets_and_five_groups_at_the_most(aws: Aws, kind: str, count: int) -> None:
    network = aws.network()
    network["awsvpcConfiguration"][kind] = ["x"] * count
    code, message, _ = refused(
        lambda: aws.ecs_service(None, desired=0, networkConfiguration=network)
    )
    assert (code, f"at most {count - 1}" in message) == ("InvalidParameterException", True)


def test_the_az_rebalancing_of_a_service_stays_unless_it_is_given(aws: Aws) -> None:
    aws.ecs_service(None, desired=0, availabilityZoneRebalancing="DISABLED")
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    assert aws.described()["availabilityZoneRebalancing"] == "DISABLED"
    aws.ecs.update_service(
        cluster="handson", service="httpd", availabilityZoneRebalancing="ENABLED"
    )
    assert aws.described()["availabilityZoneRebalancing"] == "ENABLED"


def test_a_platform_version_is_shown_as_asked_and_as_it_is(aws: Aws) -> None:
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


def test_another_registry_or_none_is_a_new_deployment(aws: Aws) -> None:
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


def test_srv_records_bear_the_registrys_port(aws: Aws) -> None:
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
def test_a_port_that_srv_records_cannot_bear_is_refused(
    aws: Aws, given: dict[str, Any], words: str
) -> None:
    registry = aws.service(aws.namespace(), types=("SRV",))
    arn = aws.cloud_map.get_service(Id=registry)["Service"]["Arn"]
    code, message, _ = refused(create(aws, serviceRegistries=[{"registryArn": arn, **given}]))
    assert (code, words in message) == ("InvalidParameterException", True)


def test_private_addresses_are_registered_in_public_namespaces_too(aws: Aws) -> None:
    operation_id = aws.cloud_map.create_public_dns_namespace(Name="public.example")["OperationId"]
    registry = aws.service(aws.succeeded(operation_id)["Targets"]["NAMESPACE"])
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    (attributes,) = aws.instances(registry).values()
    assert attributes["AWS_INSTANCE_IPV4"] == address_of(aws.tasks()[0])
    assert "AWS_INSTANCE_PORT" not in attributes


def test_cloud_maps_services_outlive_the_ecs_service(aws: Aws) -> None:
    registry = aws.service(aws.namespace())
    aws.ecs_service(registry, desired=1)
    aws.steady(1)
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    aws.inactive()
    assert aws.cloud_map.get_service(Id=registry)["Service"]["InstanceCount"] == 0


def test_the_clusters_default_strategy_is_used_when_nothing_is_asked_for(aws: Aws) -> None:
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
    (lone,) = aws.ecs.run_task(**call)["tasks"]
    assert lone["capacityProviderName"] == "FARGATE_SPOT"


def test_a_service_goes_on_with_a_task_definition_that_was_deleted(aws: Aws) -> None:
    definition = aws.task_definition()
    aws.ecs_service(None, desired=1, taskDefinition=definition)
    aws.steady(1)
    aws.ecs.deregister_task_definition(taskDefinition=definition)
    aws.ecs.delete_task_definitions(taskDefinitions=[definition])
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=2)
    aws.steady(2)
