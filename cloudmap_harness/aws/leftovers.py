# SPDX-License-Identifier: Apache-2.0
"""What is left of a deployment, found by its names once Terraform knows nothing of it any more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.probes import instances, records


@dataclass(frozen=True)
class ResourceNames:
    """What a deployment's resources are called, and the interfaces that its tasks had."""

    cluster: str
    ecs_service: str
    family: str
    namespace: str
    service: str
    security_group: str
    deployment: str = ""
    """The tag Deployment."""
    network_interfaces: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Leftover:
    """One thing that is still there."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


def leftovers(aws: AwsClients, names: ResourceNames) -> tuple[Leftover, ...]:
    """All that bears the deployment's names: () after a clean destroy. Raises AwsError."""
    with aws.errors_explained():
        found = {Leftover(kind, id_) for kind, find in _FINDERS.items() for id_ in find(aws, names)}
    return tuple(sorted(found))


def _clusters(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for cluster in aws.ecs.describe_clusters(clusters=[names.cluster])["clusters"]:
        if cluster["status"] != "INACTIVE":
            yield cluster["clusterArn"]


def _ecs_services(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for cluster in _clusters(aws, names):
        reply = aws.ecs.describe_services(cluster=cluster, services=[names.ecs_service])
        for service in reply["services"]:
            if service["status"] != "INACTIVE":
                yield service["serviceArn"]


def _tasks(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for cluster in _clusters(aws, names):
        pages = aws.ecs.get_paginator("list_tasks").paginate(cluster=cluster, family=names.family)
        for page in pages:
            yield from page["taskArns"]


def _task_definitions(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    pages = aws.ecs.get_paginator("list_task_definitions").paginate(
        familyPrefix=names.family, status="ACTIVE"
    )
    for page in pages:
        for arn in page["taskDefinitionArns"]:
            if arn.rsplit("/", 1)[-1].rsplit(":", 1)[0] == names.family:
                yield arn


def _namespaces(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for page in aws.servicediscovery.get_paginator("list_namespaces").paginate():
        for namespace in page["Namespaces"]:
            if namespace["Name"] == names.namespace:
                yield namespace["Id"]


def _cloud_map_services(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for namespace in _namespaces(aws, names):
        pages = aws.servicediscovery.get_paginator("list_services").paginate(
            Filters=[{"Name": "NAMESPACE_ID", "Values": [namespace]}]
        )
        for page in pages:
            for service in page["Services"]:
                yield service["Id"]


def _instances(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for service in _cloud_map_services(aws, names):
        for instance in instances(aws, service):
            yield instance.id


def _zones(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for page in aws.route53.get_paginator("list_hosted_zones").paginate():
        for zone in page["HostedZones"]:
            if zone["Name"] == f"{names.namespace}.":
                yield zone["Id"].rsplit("/", 1)[-1]


def _records(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    for zone in _zones(aws, names):
        for record in records(aws, zone):
            yield f"{record.name} {record.address}"


def _security_groups(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    pages = aws.ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "group-name", "Values": [names.security_group]}]
    )
    for page in pages:
        for group in page["SecurityGroups"]:
            yield group["GroupId"]


def _network_interfaces(aws: AwsClients, names: ResourceNames) -> Iterator[str]:
    """Those in the security group, and those of the tasks should the group be gone before them."""
    filters = [("group-id", [group]) for group in _security_groups(aws, names)]
    known = sorted(names.network_interfaces)
    # EC2 takes 200 values in a filter.
    filters += [("network-interface-id", known[at : at + 200]) for at in range(0, len(known), 200)]
    for name, values in filters:
        pages = aws.ec2.get_paginator("describe_network_interfaces").paginate(
            Filters=[{"Name": name, "Values": values}]
        )
        for page in pages:
            for interface in page["NetworkInterfaces"]:
                yield interface["NetworkInterfaceId"]


_FINDERS: dict[str, Callable[[AwsClients, ResourceNames], Iterator[str]]] = {
    "ECS cluster": _clusters,
    "ECS service": _ecs_services,
    "ECS task": _tasks,
    "active task definition": _task_definitions,
    "Cloud Map namespace": _namespaces,
    "Cloud Map service": _cloud_map_services,
    "Cloud Map instance": _instances,
    "hosted zone": _zones,
    "A record": _records,
    "security group": _security_groups,
    "network interface": _network_interfaces,
}
