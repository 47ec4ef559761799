# SPDX-License-Identifier: Apache-2.0
"""Reads tasks, instances and records through public AWS APIs: all pages, as sorted frozen values.

A probe changes nothing, and an empty tuple is a valid answer. Each raises AwsError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.service import DiscoverableService

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

# The largest pages that AWS returns.
ECS_PAGE = 100
CLOUD_MAP_PAGE = 100
ROUTE53_PAGE = 300


@dataclass(frozen=True)
class ObservedTask:
    """A task whose desired status is RUNNING; address and interface are those of its ENI."""

    id: str
    status: str
    address: IPv4Address | None
    network_interface: str | None
    availability_zone: str | None


@dataclass(frozen=True)
class ObservedInstance:
    """An instance of a Cloud Map service; `address` is its AWS_INSTANCE_IPV4."""

    id: str
    address: IPv4Address | None


@dataclass(frozen=True)
class ObservedRecord:
    """One value of an A record set."""

    name: str
    address: IPv4Address
    ttl: int
    set_identifier: str | None
    multivalue: bool


@dataclass(frozen=True)
class Observation:
    """The tasks, instances and records of one service, read one after another."""

    tasks: tuple[ObservedTask, ...]
    instances: tuple[ObservedInstance, ...]
    records: tuple[ObservedRecord, ...]

    @property
    def running(self) -> tuple[ObservedTask, ...]:
        return tuple(task for task in self.tasks if task.status == "RUNNING")

    def __str__(self) -> str:
        return (
            f"{len(self.running)} running tasks, {len(self.instances)} instances, "
            f"{len(self.records)} A records"
        )


def observe(aws: AwsClients, service: DiscoverableService) -> Observation:
    """Reads all three layers of a service."""
    return Observation(
        tasks(aws, service.cluster, service.ecs_service),
        instances(aws, service.service_id),
        records(aws, service.hosted_zone_id),
    )


def tasks(aws: AwsClients, cluster: str, service: str) -> tuple[ObservedTask, ...]:
    """Returns the ECS service's tasks whose desired status is RUNNING, in any last status."""
    with aws.errors_explained():
        pages = aws.ecs.get_paginator("list_tasks").paginate(
            cluster=cluster, serviceName=service, PaginationConfig={"PageSize": ECS_PAGE}
        )
        arns = [arn for page in pages for arn in page["taskArns"]]
        # A task that stopped between the two calls is in the reply's `failures`, and one that is
        # to stop by then, as in a crash loop, is no task that the service can count on.
        found = [
            _task(task)
            for at in range(0, len(arns), ECS_PAGE)
            for task in aws.ecs.describe_tasks(cluster=cluster, tasks=arns[at : at + ECS_PAGE])[
                "tasks"
            ]
            if task["desiredStatus"] == "RUNNING"
        ]
    return tuple(sorted(found, key=_by_address))


def instances(aws: AwsClients, service_id: str) -> tuple[ObservedInstance, ...]:
    """Returns the instances that are registered in a Cloud Map service."""
    with aws.errors_explained():
        pages = aws.servicediscovery.get_paginator("list_instances").paginate(
            ServiceId=service_id, PaginationConfig={"PageSize": CLOUD_MAP_PAGE}
        )
        found = [
            ObservedInstance(
                instance["Id"], _address(instance["Attributes"].get("AWS_INSTANCE_IPV4"))
            )
            for page in pages
            for instance in page["Instances"]
        ]
    return tuple(sorted(found, key=_by_address))


def records(aws: AwsClients, hosted_zone_id: str) -> tuple[ObservedRecord, ...]:
    """Returns the A records of a hosted zone, one per value."""
    with aws.errors_explained():
        pages = aws.route53.get_paginator("list_resource_record_sets").paginate(
            HostedZoneId=hosted_zone_id, PaginationConfig={"PageSize": ROUTE53_PAGE}
        )
        found = [
            ObservedRecord(
                record_set["Name"],
                IPv4Address(value["Value"]),
                record_set["TTL"],
                record_set.get("SetIdentifier"),
                record_set.get("MultiValueAnswer", False),
            )
            for page in pages
            for record_set in page["ResourceRecordSets"]
            if record_set["Type"] == "A"
            for value in record_set.get("ResourceRecords", [])
        ]
    return tuple(sorted(found, key=lambda record: (record.address, record.name)))


def subnet_networks(aws: AwsClients, subnet_ids: tuple[str, ...]) -> tuple[IPv4Network, ...]:
    """Returns the subnets' address ranges."""
    with aws.errors_explained():
        subnets = aws.ec2.describe_subnets(SubnetIds=list(subnet_ids))["Subnets"]
    return tuple(sorted(IPv4Network(subnet["CidrBlock"]) for subnet in subnets))


def service_events(aws: AwsClients, cluster: str, service: str, limit: int = 10) -> tuple[str, ...]:
    """Returns an ECS service's latest events, newest first; () when there is no such service."""
    with aws.errors_explained():
        services = aws.ecs.describe_services(cluster=cluster, services=[service])["services"]
    return tuple(
        f"{event['createdAt']:%H:%M:%S} {event['message']}"
        for found in services
        for event in found.get("events", [])[:limit]
    )


def stopped_tasks(aws: AwsClients, cluster: str, service: str, limit: int = 5) -> tuple[str, ...]:
    """Returns why tasks of an ECS service have stopped lately, a line each, newest first.

    ECS shows a stopped task for an hour.
    """
    with aws.errors_explained():
        arns = aws.ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="STOPPED")
        some = arns["taskArns"][:ECS_PAGE]
        found = aws.ecs.describe_tasks(cluster=cluster, tasks=some)["tasks"] if some else []
    newest = sorted(found, key=lambda task: task["stoppingAt"], reverse=True)
    return tuple(map(_end_of, newest[:limit]))


def _end_of(task: "TaskTypeDef") -> str:
    codes = [
        f"{container['name']} ended with exit code {container['exitCode']}"
        for container in task.get("containers", [])
        if container.get("exitCode")
    ]
    reason = "; ".join([task.get("stoppedReason") or task.get("stopCode", ""), *codes])
    id_ = task["taskArn"].rsplit("/", 1)[-1]
    return f"{task['stoppingAt']:%H:%M:%S} (task {id_}) has stopped: {reason}"


def _task(task: "TaskTypeDef") -> ObservedTask:
    details: Mapping[str, str] = {
        detail["name"]: detail["value"]
        for attachment in task.get("attachments", [])
        if attachment["type"] == "ElasticNetworkInterface"
        for detail in attachment["details"]
    }
    return ObservedTask(
        id=task["taskArn"].rsplit("/", 1)[-1],
        status=task["lastStatus"],
        address=_address(details.get("privateIPv4Address")),
        network_interface=details.get("networkInterfaceId"),
        availability_zone=task.get("availabilityZone"),
    )


def _address(text: str | None) -> IPv4Address | None:
    return IPv4Address(text) if text else None


def _by_address(value: ObservedTask | ObservedInstance) -> tuple[int, str]:
    return int(value.address or 0), value.id
