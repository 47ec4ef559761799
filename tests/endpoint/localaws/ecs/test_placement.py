# SPDX-License-Identifier: Apache-2.0
"""Which container instance a task goes to: room, constraints, strategies, network modes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoint.localaws.account import NAMESPACE, Account, Turns, address_of, refused
from tests.endpoint.localaws.ecs.hosts import (
    container_instances,
    create_service,
    definition,
    hosts_of,
    start_instances,
)

TROUBLESHOOTING = (
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
)
NO_INSTANCE = (
    "was unable to place a task because no container instance met all of its requirements."
)


@pytest.fixture
def namespace(aws: Account) -> str:
    """A namespace from before the scheduler takes turns only when it is told to."""
    return aws.namespace(NAMESPACE)


def registry_arn(aws: Account, namespace: str, *types: str) -> tuple[str, str]:
    """The id and the ARN of a Cloud Map service with records of these types."""
    id_ = aws.service(namespace, types=types)
    return id_, aws.cloud_map.get_service(Id=id_)["Service"]["Arn"]


def event(aws: Account, name: str = "web") -> str:
    return str(aws.described(name)["events"][0]["message"])


def test_without_a_container_instance_the_service_waits_and_says_so(
    aws: Account, turns: Turns
) -> None:
    create_service(aws, desired=2)
    turns(20)
    service = aws.described("web")
    assert (service["launchType"], service["runningCount"], service["desiredCount"]) == (
        "EC2",
        0,
        2,
    )
    assert "networkConfiguration" not in service
    (deployment,) = service["deployments"]
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("IN_PROGRESS", 0)
    assert [each["message"] for each in service["events"]] == [
        f"(service web) {NO_INSTANCE} Reason: No Container Instances were found in your cluster. "
        f"{TROUBLESHOOTING}"
    ]
    start_instances(aws, turns)
    turns(5)
    aws.steady(2, "web")


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ({"memory": 100_000}, "has insufficient memory available"),
        ({"cpu": 100_000}, "has insufficient CPU units available"),
        (
            {"portMappings": [{"containerPort": 80, "hostPort": 22}]},
            "is already using a port required by your task",
        ),
    ],
)
def test_the_event_names_what_the_closest_match_lacks(
    aws: Account, turns: Turns, container: Any, words: str
) -> None:
    (id_,) = start_instances(aws, turns)
    create_service(aws, taskDefinition=definition(aws, container=container))
    turns(1)
    closest = f"The closest matching (container-instance {id_}) {words}."
    assert event(aws) == f"(service web) {NO_INSTANCE} {closest} {TROUBLESHOOTING}"


def test_the_zones_are_balanced_by_default(aws: Account, turns: Turns) -> None:
    first, second, third = start_instances(aws, turns, 3)
    create_service(aws, desired=4)
    turns(4)
    hosts = hosts_of(aws)
    assert hosts.count(second) == 2, "alone in its zone"
    assert hosts.count(first) + hosts.count(third) == 2


def test_spread_over_the_instances(aws: Account, turns: Turns) -> None:
    ids = start_instances(aws, turns, 3)
    strategy: Any = [{"type": "spread", "field": "host"}]
    create_service(aws, desired=3, placementStrategy=strategy)
    turns(4)
    assert hosts_of(aws) == sorted(ids)
    assert aws.described("web")["placementStrategy"] == [{"type": "spread", "field": "instanceId"}]


def test_binpack_fills_one_instance_before_the_next(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns, 3)
    strategy: Any = [{"type": "binpack", "field": "memory"}]
    big = definition(aws, container={"memory": 1024})
    create_service(aws, desired=3, placementStrategy=strategy, taskDefinition=big)
    turns(4)
    assert len(set(hosts_of(aws))) == 1
    aws.ecs.update_service(cluster="handson", service="web", desiredCount=4)
    turns(4)
    assert sorted(hosts_of(aws).count(host) for host in set(hosts_of(aws))) == [1, 3]


def test_one_task_on_each_distinct_instance(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns, 2)
    constraint: Any = [{"type": "distinctInstance"}]
    create_service(aws, desired=3, placementConstraints=constraint)
    turns(4)
    assert len(hosts_of(aws)) == len(set(hosts_of(aws))) == 2
    messages = [each["message"] for each in aws.described("web")["events"]]
    assert any("DistinctInstance placement constraint unsatisfied" in each for each in messages)


@pytest.mark.parametrize(
    "expression",
    [
        "attribute:stack == blue",
        "attribute:stack =~ ^bl.*",
        "attribute:stack exists and not attribute:stack in [red, 'green']",
        "(attribute:stack not_equals red && attribute:stack exists) or attribute:none exists",
        "attribute:rank >= 2",
    ],
)
def test_a_task_goes_to_the_members_of_an_expression(
    aws: Account, turns: Turns, expression: str
) -> None:
    ids = start_instances(aws, turns, 2)
    for name, value in (("stack", "blue"), ("rank", "10")):
        attribute: Any = {"name": name, "value": value, "targetId": ids[1]}
        attribute["targetType"] = "container-instance"
        aws.ecs.put_attributes(cluster="handson", attributes=[attribute])
    constraint: Any = [{"type": "memberOf", "expression": expression}]
    create_service(aws, desired=2, placementConstraints=constraint)
    turns(4)
    assert hosts_of(aws) == [ids[1]] * 2


def test_constraints_of_the_task_definition_hold_too(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns)
    constraint: Any = [{"type": "memberOf", "expression": "attribute:stack == blue"}]
    constrained = definition(aws, placementConstraints=constraint)
    reply = aws.ecs.run_task(cluster="handson", taskDefinition=constrained)
    assert [failure["reason"] for failure in reply["failures"]] == [
        "MemberOf placement constraint unsatisfied."
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"placementConstraints": [{"type": "memberOf", "expression": "attribute:x =="}]},
        {"placementConstraints": [{"type": "memberOf", "expression": "nobody == x"}]},
        {"placementConstraints": [{"type": "distinctInstance", "expression": "x"}]},
        {"placementStrategy": [{"type": "binpack", "field": "disk"}]},
        {"placementStrategy": [{"type": "spread"}]},
        {"placementStrategy": [{"type": "random"}] * 6},
    ],
)
def test_an_unusable_constraint_or_strategy_is_refused(aws: Account, parameters: Any) -> None:
    assert refused(lambda: create_service(aws, **parameters))[0] == "InvalidParameterException"


def test_run_task_says_which_instances_lack_what(aws: Account, turns: Turns) -> None:
    aws.ecs.create_cluster(clusterName="handson")
    call: Any = {
        "cluster": "handson",
        "taskDefinition": definition(aws, container={"memory": 3000}),
    }
    assert refused(lambda: aws.ecs.run_task(**call))[:2] == (
        "InvalidParameterException",
        "No Container Instances were found in your cluster.",
    )
    start_instances(aws, turns)
    reply = aws.ecs.run_task(count=2, **call)
    assert len(reply["tasks"]) == 1
    (instance,) = container_instances(aws)
    assert reply["failures"] == [
        {"arn": instance["containerInstanceArn"], "reason": "RESOURCE:MEMORY"}
    ]


def test_a_bridge_task_registers_srv_with_the_hosts_port(
    aws: Account, namespace: str, turns: Turns
) -> None:
    registry, arn = registry_arn(aws, namespace, "SRV")
    start_instances(aws, turns)
    create_service(
        aws,
        desired=2,
        serviceRegistries=[{"registryArn": arn, "containerName": "web", "containerPort": 80}],
    )
    turns(8)
    (host,) = container_instances(aws)
    (server,) = aws.ec2.describe_instances(InstanceIds=[host["ec2InstanceId"]])["Reservations"]
    address = server["Instances"][0]["PrivateIpAddress"]
    found = aws.instances(registry).values()
    assert {each["EC2_INSTANCE_ID"] for each in found} == {host["ec2InstanceId"]}
    assert {each["AWS_INSTANCE_IPV4"] for each in found} == {address}
    assert {each["AVAILABILITY_ZONE"] for each in found} == {f"{aws.region}a"}
    ports = {each["AWS_INSTANCE_PORT"] for each in found}
    bindings = [task["containers"][0]["networkBindings"][0] for task in aws.tasks()]
    assert ports == {str(each["hostPort"]) for each in bindings}
    assert len(ports) == 2
    assert all(int(port) >= 32768 for port in ports)
    srv = [each for each in aws.record_sets(namespace) if each["Type"] == "SRV"]
    assert {each["ResourceRecords"][0]["Value"].split()[2] for each in srv} == ports


def test_a_host_task_has_the_containers_port(aws: Account, namespace: str, turns: Turns) -> None:
    registry, arn = registry_arn(aws, namespace, "SRV")
    start_instances(aws, turns)
    create_service(
        aws,
        desired=2,
        taskDefinition=definition(aws, mode="host"),
        serviceRegistries=[{"registryArn": arn, "containerName": "web", "containerPort": 80}],
    )
    turns(8)
    (attributes,) = aws.instances(registry).values()
    assert attributes["AWS_INSTANCE_PORT"] == "80"
    assert any("port required" in each["message"] for each in aws.described("web")["events"])


def test_an_awsvpc_task_has_an_interface_in_the_zone_of_its_instance(
    aws: Account, namespace: str, turns: Turns
) -> None:
    registry, arn = registry_arn(aws, namespace, "A")
    start_instances(aws, turns, 2)
    create_service(
        aws,
        desired=2,
        taskDefinition=definition(aws, mode="awsvpc"),
        networkConfiguration=aws.network(),
        serviceRegistries=[{"registryArn": arn}],
    )
    turns(8)
    tasks = aws.tasks()
    assert {task["availabilityZone"] for task in tasks} == {f"{aws.region}a", f"{aws.region}c"}
    found = aws.instances(registry).values()
    assert {each["AWS_INSTANCE_IPV4"] for each in found} == {address_of(task) for task in tasks}
    assert all("EC2_INSTANCE_ID" not in each for each in found)
    service = aws.described("web")
    assert service["roleArn"].endswith("/AWSServiceRoleForECS")
    assert service["networkConfiguration"]["awsvpcConfiguration"]["subnets"]


@pytest.mark.parametrize(
    ("mode", "registry_types", "given"),
    [
        ("bridge", ("A",), {}),
        ("bridge", ("SRV",), {"port": 80}),
        ("none", ("SRV",), {"containerName": "web", "containerPort": 80}),
    ],
)
def test_a_registry_outside_awsvpc_needs_srv_and_a_containers_port(
    aws: Account, namespace: str, mode: str, registry_types: tuple[str, ...], given: Any
) -> None:
    _, arn = registry_arn(aws, namespace, *registry_types)
    aws.ecs.create_cluster(clusterName="handson")
    call: Any = {
        "taskDefinition": definition(aws, mode=mode),
        "serviceRegistries": [{"registryArn": arn, **given}],
    }
    assert refused(lambda: create_service(aws, **call))[0] == "InvalidParameterException"


def test_a_network_configuration_belongs_to_awsvpc_only(aws: Account) -> None:
    code, message, _ = refused(lambda: create_service(aws, networkConfiguration=aws.network()))
    assert (code, message) == (
        "InvalidParameterException",
        "Network Configuration is not valid for the given networkMode of this task definition.",
    )
