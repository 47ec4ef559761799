# SPDX-License-Identifier: Apache-2.0
"""Network interfaces of tasks: addresses, zones, and what they keep from being deleted."""

from __future__ import annotations

import ipaddress

from tests.endpoint.localaws.account import (
    Account,
    address_of,
    refused,
)
from tests.support.waiting import eventually


def test_a_task_has_a_real_interface_in_a_subnet_of_its_service(aws: Account) -> None:
    aws.ecs_service(None, desired=2)
    aws.steady(2)
    for task in aws.tasks():
        (attachment,) = task["attachments"]
        assert (attachment["type"], attachment["status"]) == (
            "ElasticNetworkInterface",
            "ATTACHED",
        )
        names = [detail["name"] for detail in attachment["details"]]
        assert names == [
            "subnetId",
            "networkInterfaceId",
            "macAddress",
            "privateDnsName",
            "privateIPv4Address",
        ]
        details = {detail["name"]: detail["value"] for detail in attachment["details"]}
        eni_ids = [details["networkInterfaceId"]]
        (eni,) = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=eni_ids)[
            "NetworkInterfaces"
        ]
        assert eni["PrivateIpAddress"] == details["privateIPv4Address"]
        assert eni["SubnetId"] == details["subnetId"]
        assert eni["Status"] == "in-use"
        cidr = aws.subnets()[details["subnetId"]]
        assert ipaddress.ip_address(eni["PrivateIpAddress"]) in ipaddress.ip_network(cidr)
        dashed = eni["PrivateIpAddress"].replace(".", "-")
        assert details["privateDnsName"] == f"ip-{dashed}.{aws.region}.compute.internal"


def test_interfaces_are_gone_after_the_stop_and_their_addresses_free(aws: Account) -> None:
    before = len(aws.ec2.describe_network_interfaces()["NetworkInterfaces"])
    aws.ecs_service(None, desired=3)
    aws.steady(3)
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
    eventually(
        lambda: len(aws.ec2.describe_network_interfaces()["NetworkInterfaces"]),
        lambda count: count == before,
    )


def test_addresses_are_unique_and_never_the_reserved_ones(aws: Account) -> None:
    vpc = aws.another_vpc()
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/28")["Subnet"]["SubnetId"]
    aws.ecs_service(None, desired=11, networkConfiguration=aws.network(subnet))
    aws.steady(11)
    usable = {f"10.1.0.{last}" for last in range(4, 15)}
    assert {address_of(task) for task in aws.tasks()} == usable


def test_a_full_subnet_is_reported_in_the_events_and_the_other_tasks_run(aws: Account) -> None:
    vpc = aws.another_vpc()
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/28")["Subnet"]["SubnetId"]
    aws.ecs_service(None, desired=12, networkConfiguration=aws.network(subnet))
    service = eventually(aws.described, lambda service: service["runningCount"] == 11)
    assert "was unable to place a task" in service["events"][0]["message"]
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_tasks_are_spread_over_the_zones_and_stopped_where_there_are_most(aws: Account) -> None:
    aws.ecs_service(None, desired=7)
    aws.steady(7)

    def per_zone() -> list[int]:
        zones = [task["availabilityZone"] for task in aws.tasks()]
        return sorted(zones.count(zone) for zone in set(zones))

    assert per_zone() == [3, 4]
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=4)
    aws.steady(4)
    assert per_zone() == [2, 2]


def test_a_task_of_run_task_without_a_free_address_is_a_failure(aws: Account) -> None:
    subnet = aws.ec2.create_subnet(VpcId=aws.another_vpc(), CidrBlock="10.1.0.0/28")
    aws.ecs.create_cluster(clusterName="handson")
    reply = aws.ecs.run_task(
        cluster="handson",
        taskDefinition=aws.task_definition(),
        launchType="FARGATE",
        count=12,
        networkConfiguration=aws.network(subnet["Subnet"]["SubnetId"]),
    )
    assert len(reply["tasks"]) == 11
    assert "no free private IP address" in reply["failures"][0]["reason"]


def test_a_subnet_with_a_task_in_it_cannot_be_deleted(aws: Account) -> None:
    subnet, _ = aws.subnets()
    aws.ecs_service(None, desired=1, networkConfiguration=aws.network(subnet))
    aws.steady(1)
    assert refused(lambda: aws.ec2.delete_subnet(SubnetId=subnet))[0] == "DependencyViolation"


def test_a_tasks_interface_cannot_be_deleted(aws: Account) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    details = aws.tasks()[0]["attachments"][0]["details"]
    (eni_id,) = [each["value"] for each in details if each["name"] == "networkInterfaceId"]
    code, message, _ = refused(lambda: aws.ec2.delete_network_interface(NetworkInterfaceId=eni_id))
    assert code == "InvalidParameterValue"
    assert message == f"Network interface '{eni_id}' is currently in use."
