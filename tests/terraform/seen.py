# SPDX-License-Identifier: Apache-2.0
"""What AWS's API shows of a stack's services: tasks, instances, records, healthy targets."""

from dataclasses import dataclass
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from localaws import runtime, snapshot
from tests.support.waiting import eventually


@dataclass(frozen=True)
class SeenService:
    """A service of a cluster, with its registry's id and zone."""

    aws: AwsClients
    cluster: str
    name: str
    registry_id: str
    zone_id: str

    def running(self) -> list[Any]:
        """The RUNNING tasks."""
        arns = self.aws.ecs.list_tasks(cluster=self.cluster, serviceName=self.name)["taskArns"]
        if not arns:
            return []
        tasks: list[Any] = self.aws.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"]
        return [task for task in tasks if task["lastStatus"] == "RUNNING"]

    def addresses(self) -> list[str]:
        """The addresses of the RUNNING tasks."""
        return sorted(
            detail["value"]
            for task in self.running()
            for detail in task["attachments"][0]["details"]
            if detail["name"] == "privateIPv4Address"
        )

    def instances(self) -> list[str]:
        """The addresses of the Cloud Map service's instances."""
        client = self.aws.servicediscovery.get_paginator("list_instances")
        pages = client.paginate(ServiceId=self.registry_id)
        return sorted(
            each["Attributes"]["AWS_INSTANCE_IPV4"] for page in pages for each in page["Instances"]
        )

    def scaled(self, desired: int) -> None:
        """Waits until so many tasks, instances and A records are the same addresses."""
        eventually(
            lambda: (
                self.addresses(),
                self.instances(),
                records(self.aws, self.zone_id, "A", f"{self.name}."),
            ),
            lambda seen: len(seen[0]) == desired and seen[0] == seen[1] == seen[2],
            what=f"{desired} tasks, instances and records of {self.name}",
        )


def records(aws: AwsClients, zone_id: str, kind: str, beginning: str = "") -> list[str]:
    """The values of a zone's records of a type whose names begin so."""
    client = aws.route53.get_paginator("list_resource_record_sets")
    return sorted(
        value["Value"]
        for page in client.paginate(HostedZoneId=zone_id)
        for each in page["ResourceRecordSets"]
        if each["Type"] == kind and each["Name"].startswith(beginning)
        for value in each["ResourceRecords"]
    )


def healthy_targets(aws: AwsClients, target_group: str) -> list[str]:
    """The addresses of the healthy targets of a target group."""
    elb = aws.client("elbv2")
    (group,) = elb.describe_target_groups(Names=[target_group])["TargetGroups"]
    found = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    return sorted(
        each["Target"]["Id"]
        for each in found["TargetHealthDescriptions"]
        if each["TargetHealth"]["State"] == "healthy"
    )


def not_kept() -> list[str]:
    """The services whose state a kept account would lose."""
    with runtime.LOCK:
        _, left_out = snapshot.take_what_can_be()
    return left_out
