# SPDX-License-Identifier: Apache-2.0
"""Services in shapes that are less common, each healthy, and what a deleted one leaves."""

from typing import Any

from tests.endpoint.cloudmap_harness.check_command.conftest import Check, Shop
from tests.endpoint.localaws.account import Account
from tests.support.waiting import eventually

GONE = "0123456789abcdef0123456789abcdef"


def arn_of(aws: Account, registry: str) -> str:
    return aws.cloud_map.get_service(Id=registry)["Service"]["Arn"]


def test_a_name_below_another_ones_is_no_host_of_it(shop: Shop, check: Check) -> None:
    shop.aws.ecs_service(shop.aws.service(shop.namespace, "api.web"), desired=1, name="api")
    shop.aws.steady(1, "api")
    ran = check()
    assert (ran.code, "2 services, 0 problems" in ran.out) == (0, True), ran.out


def test_services_of_one_name_in_two_clusters_share_a_registry(shop: Shop, check: Check) -> None:
    aws = shop.aws
    aws.ecs_service(shop.registry, desired=1, name="web", cluster="green")
    eventually(lambda: len(aws.instances(shop.registry)), lambda count: count == 3)
    ran = check("--wait", "20")
    assert (ran.code, "2 services, 0 problems" in ran.out) == (0, True), ran.out


def test_each_task_set_has_its_own_registry_and_count(aws: Account, check: Check) -> None:
    namespace = aws.namespace("shop.internal")
    aws.ecs.create_cluster(clusterName="handson")
    aws.ecs.create_service(
        cluster="handson",
        serviceName="web",
        desiredCount=2,
        deploymentController={"type": "EXTERNAL"},
    )
    for name, share in (("blue", 100.0), ("green", 50.0)):
        aws.ecs.create_task_set(
            cluster="handson",
            service="web",
            taskDefinition=aws.task_definition(),
            launchType="FARGATE",
            networkConfiguration=aws.network(),
            scale={"value": share, "unit": "PERCENT"},
            serviceRegistries=[{"registryArn": arn_of(aws, aws.service(namespace, name))}],
        )
    ran = check("--wait", "20", "--json")
    assert ran.code == 0, ran.out
    (service,) = ran.json["services"]
    found = {each["name"]: len(each["tasks"]) for each in service["registries"]}
    assert (service["desired"], found) == (3, {"blue": 2, "green": 1})


def test_a_subnet_that_is_gone_is_said(shop: Shop, check: Check) -> None:
    aws = shop.aws
    subnet = aws.ec2.create_subnet(VpcId=aws.vpc, CidrBlock="10.0.77.0/24")["Subnet"]["SubnetId"]
    registry = aws.service(shop.namespace, "idle")
    network = aws.network(subnet)
    aws.ecs_service(registry, desired=0, name="idle", networkConfiguration=network)
    aws.ecs_service(None, desired=0, name="batch", networkConfiguration=network)
    aws.ec2.delete_subnet(SubnetId=subnet)
    ran = check()
    assert ran.code == 0, ran.out
    assert f"the service names {subnet}, a subnet that is gone" in ran.out


def registered(**attributes: str) -> dict[str, Any]:
    return {"AWS_INSTANCE_IPV4": "10.0.8.200", **attributes}


def test_what_a_deleted_service_has_left_is_told_in_a_look_at_all(shop: Shop, check: Check) -> None:
    old = shop.aws.service(shop.namespace, "old")
    shop.aws.register(old, GONE, **registered(ECS_CLUSTER_NAME="handson", ECS_SERVICE_NAME="old"))
    ran = check()
    assert ran.code == 1
    assert "of no ECS service, in the namespace shop.internal\n" in ran.out
    assert f"  10.0.8.200: stale instance {GONE} of old.shop.internal, no such task; " in ran.out
    assert check("--service", "web").code == 0


def test_what_others_have_registered_is_counted(shop: Shop, check: Check) -> None:
    shop.aws.register(shop.aws.service(shop.namespace, "db"), "primary", **registered())
    ran = check()
    assert ran.code == 0, ran.out
    left = "not checked: db.shop.internal with 1 instance that ECS has not registered"
    assert f"of no ECS service, {left}" in ran.out
