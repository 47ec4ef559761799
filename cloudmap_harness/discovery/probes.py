# SPDX-License-Identifier: Apache-2.0
"""Reads tasks, instances and records through public AWS APIs: all pages, as sorted frozen values.

A probe changes nothing, and an empty tuple is a valid answer. Each raises AwsError.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, TypeVar

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.batches import batches
from cloudmap_harness.discovery.ecs_services import ECS_PAGE
from cloudmap_harness.discovery.observation import (
    RUNNING,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
    by_number,
)
from cloudmap_harness.discovery.registries import CLOUD_MAP_PAGE, Registry

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

Placed = TypeVar("Placed", ObservedTask, ObservedInstance)

ROUTE53_PAGE = 300
"""The most record sets of a page."""
MAX_DISCOVERED = 1000
"""The most instances that DiscoverInstances returns; it has no pages."""

_TASK_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What DescribeTasks takes for a task's id; it refuses the whole call for anything else."""


def task_arns(aws: AwsClients, cluster: str, service: str) -> list[str]:
    """Returns the ARNs of the ECS service's tasks whose desired status is RUNNING."""
    with aws.errors_explained():
        pages = aws.ecs.get_paginator("list_tasks").paginate(
            cluster=cluster, serviceName=service, PaginationConfig={"PageSize": ECS_PAGE}
        )
        return [arn for page in pages for arn in page["taskArns"]]


def described_tasks(
    aws: AwsClients, cluster: str, arns_or_ids: Sequence[str]
) -> tuple[ObservedTask, ...]:
    """Returns the tasks of a cluster that still exist, stopped ones among them."""
    with aws.errors_explained():
        # A task that does not exist any more is in the reply's `failures`.
        found = [
            _task(task)
            for some in batches(arns_or_ids, ECS_PAGE)
            for task in aws.ecs.describe_tasks(cluster=cluster, tasks=some)["tasks"]
        ]
    return by_address(found)


def tasks(aws: AwsClients, cluster: str, service: str) -> tuple[ObservedTask, ...]:
    """Returns the ECS service's tasks whose desired status is RUNNING, in any last status."""
    return wanted_tasks(described_tasks(aws, cluster, task_arns(aws, cluster, service)))


def wanted_tasks(described: Iterable[ObservedTask]) -> tuple[ObservedTask, ...]:
    """Returns the tasks on which their service counts.

    One may have been told to stop after it was listed, as in a crash loop.
    """
    return tuple(task for task in described if task.desired_status == RUNNING)


def is_task_id(text: str) -> bool:
    """Whether a task could have this id."""
    return _TASK_ID.fullmatch(text) is not None


def instances(aws: AwsClients, service_id: str) -> tuple[ObservedInstance, ...]:
    """Returns the instances that are registered in a Cloud Map service, without their health."""
    with aws.errors_explained():
        pages = aws.servicediscovery.get_paginator("list_instances").paginate(
            ServiceId=service_id, PaginationConfig={"PageSize": CLOUD_MAP_PAGE}
        )
        found = [
            _instance(instance["Id"], instance["Attributes"])
            for page in pages
            for instance in page["Instances"]
        ]
    return by_address(found)


def health_statuses(aws: AwsClients, service_id: str) -> Mapping[str, str]:
    """Returns the health status of each instance that has one, by the instance's id."""
    statuses: dict[str, str] = {}
    token: dict[str, str] = {}
    with aws.errors_explained():
        while True:  # boto3 has no paginator for this call.
            page = aws.servicediscovery.get_instances_health_status(
                ServiceId=service_id, MaxResults=CLOUD_MAP_PAGE, **token
            )
            statuses |= page.get("Status", {})
            if not page.get("NextToken"):
                return statuses
            token = {"NextToken": page["NextToken"]}


def discovered(aws: AwsClients, registry: Registry) -> frozenset[str]:
    """Returns the ids of the instances that DiscoverInstances gives, healthy or not."""
    with aws.errors_explained():
        reply = aws.servicediscovery.discover_instances(
            NamespaceName=registry.http_name,
            ServiceName=registry.name,
            HealthStatus="ALL",
            MaxResults=MAX_DISCOVERED,
        )
    return frozenset(instance["InstanceId"] for instance in reply["Instances"])


def records(
    aws: AwsClients, hosted_zone_id: str
) -> tuple[tuple[ObservedRecord, ...], tuple[ObservedTarget, ...]]:
    """Returns the A and AAAA records and the SRV records of a hosted zone, one per value.

    Names are in lower case, as Route 53 has them whatever they were when they were given to it.
    """
    found: list[ObservedRecord] = []
    targets: list[ObservedTarget] = []
    with aws.errors_explained():
        pages = aws.route53.get_paginator("list_resource_record_sets").paginate(
            HostedZoneId=hosted_zone_id, PaginationConfig={"PageSize": ROUTE53_PAGE}
        )
        for each in (each for page in pages for each in page["ResourceRecordSets"]):
            name = each["Name"].lower()
            identifier, multivalue = each.get("SetIdentifier"), each.get("MultiValueAnswer", False)
            for value in (value["Value"] for value in each.get("ResourceRecords", [])):
                if each["Type"] in ("A", "AAAA"):
                    found.append(
                        ObservedRecord(name, ip_address(value), each["TTL"], identifier, multivalue)
                    )
                elif each["Type"] == "SRV":
                    _, _, port, host = value.lower().split()
                    targets.append(
                        ObservedTarget(name, int(port), host, each["TTL"], identifier, multivalue)
                    )
    return (
        tuple(sorted(found, key=lambda r: (by_number(r.address), r.name))),
        tuple(sorted(targets, key=lambda t: (t.name, t.host, t.port))),
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
    # The attachment has no IPv6 address; the containers, which share the interface, have it.
    ipv6 = [
        interface["ipv6Address"]
        for container in task.get("containers", [])
        for interface in container.get("networkInterfaces", [])
        if interface.get("ipv6Address")
    ]
    owner, _, service = task.get("group", "").partition(":")
    return ObservedTask(
        id=task["taskArn"].rsplit("/", 1)[-1],
        status=task["lastStatus"],
        address=_ipv4(details.get("privateIPv4Address")),
        network_interface=details.get("networkInterfaceId"),
        availability_zone=task.get("availabilityZone"),
        ipv6=IPv6Address(ipv6[0]) if ipv6 else None,
        desired_status=task["desiredStatus"],
        health=task.get("healthStatus", ""),
        deployment=task.get("startedBy", ""),
        cluster=task["clusterArn"].rsplit("/", 1)[-1],
        service=service if owner == "service" else "",
        stopped_reason=task.get("stoppedReason", ""),
    )


def _instance(id_: str, attributes: Mapping[str, str]) -> ObservedInstance:
    ipv6, port = attributes.get("AWS_INSTANCE_IPV6"), attributes.get("AWS_INSTANCE_PORT")
    return ObservedInstance(
        id=id_,
        address=_ipv4(attributes.get("AWS_INSTANCE_IPV4")),
        ipv6=IPv6Address(ipv6) if ipv6 else None,
        port=int(port) if port else None,
        cluster=attributes.get("ECS_CLUSTER_NAME", ""),
        service=attributes.get("ECS_SERVICE_NAME", ""),
    )


def _ipv4(text: str | None) -> IPv4Address | None:
    return IPv4Address(text) if text else None


def by_address(values: Iterable[Placed]) -> tuple[Placed, ...]:
    """Returns tasks or instances in the order of their addresses."""
    return tuple(sorted(values, key=lambda each: (int(each.address or 0), each.id)))
