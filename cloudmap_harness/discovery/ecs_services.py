# SPDX-License-Identifier: Apache-2.0
"""ECS services as ECS itself describes them: what they desire, where, and their registries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.batches import batches
from cloudmap_harness.errors import AwsError, HarnessError

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

ECS_PAGE = 100
NAMES = 20
"""The most names that an error lists."""
FILTER_VALUES = 200
"""The most values of one filter of EC2's."""
DESCRIBED_SERVICES = 10
"""The most services of one DescribeServices."""

Network = IPv4Network | IPv6Network


class NoSuchService(HarnessError):
    """Raised when there is no active ECS service of that name; `there` are those that there are."""

    def __init__(self, cluster: str | None, service: str, there: Sequence[str] = ()) -> None:
        where = f"in the cluster {cluster}" if cluster else "in any cluster of the region"
        others = f"; there are: {', '.join(there)}" if there else ", nor any other"
        super().__init__(f"there is no active ECS service {service} {where}{others}")
        self.cluster, self.service, self.there = cluster, service, tuple(there)


class NoSuchCluster(HarnessError):
    """Raised when there is no cluster of that name; `there` are those that there are."""

    def __init__(self, cluster: str, there: Sequence[str]) -> None:
        others = f"; there are: {', '.join(there)}" if there else ", nor any other"
        super().__init__(f"there is no ECS cluster {cluster} in the region{others}")
        self.cluster, self.there = cluster, tuple(there)


@dataclass(frozen=True)
class EcsDeployment:
    """A deployment of a service, which starts tasks of one task definition."""

    id: str
    is_newest: bool
    tasks: int
    """How many of its tasks are there, in any state but stopped."""
    failed: int
    """How many of its tasks have failed to start."""


@dataclass(frozen=True)
class TaskSet:
    """A task set, as services of an external controller and of CodeDeploy have them."""

    id: str
    """What its tasks say has started them."""
    desired: int
    """How many tasks it wants: its share of the service's desired count."""
    registry_arns: tuple[str, ...]


@dataclass(frozen=True)
class EcsService:
    """An active ECS service."""

    cluster: str
    name: str
    desired: int
    """How many tasks it wants in all: with task sets, the sum of theirs."""
    registry_arns: tuple[str, ...]
    ports: tuple[int, ...]
    """The ports that instances have in SRV records, in network mode awsvpc."""
    subnet_ids: tuple[str, ...]
    """The subnets from which the tasks get their addresses; () outside awsvpc."""
    deployments: tuple[EcsDeployment, ...]
    """The newest one first. Others are there while their tasks are replaced, and drain."""
    # Not compared: a service that comes to the same state again is the same.
    events: tuple[str, ...] = field(compare=False)
    """The latest, newest first."""
    task_sets: tuple[TaskSet, ...] = ()
    service_connect: bool = False
    """Whether Service Connect registers its tasks, in Cloud Map services of its own."""

    def sets_in(self, registry_arn: str) -> tuple[TaskSet, ...]:
        """The task sets that register their tasks there; () of a service without task sets."""
        return tuple(each for each in self.task_sets if registry_arn in each.registry_arns)

    def __str__(self) -> str:
        return f"{self.cluster}/{self.name}"


def find_services(
    aws: AwsClients, cluster: str | None = None, service: str | None = None
) -> tuple[EcsService, ...]:
    """Returns the active services of a cluster, or of every cluster, that have that name, if any.

    Raises NoSuchService and NoSuchCluster when one was named and is not there, and AwsError.
    """
    clusters = [cluster] if cluster else _clusters(aws)
    try:
        found = [
            each
            for name in clusters
            for each in _described(aws, name, [service] if service else _service_arns(aws, name))
        ]
        if service and not found:
            arns = (arn for name in clusters for arn in _service_arns(aws, name))
            there = sorted(arn.rpartition("/")[2] for arn in arns)
            raise NoSuchService(cluster, service, there[:NAMES])
    except AwsError as error:
        if cluster is None or error.code != "ClusterNotFoundException":
            raise
        raise NoSuchCluster(cluster, sorted(_clusters(aws))[:NAMES]) from error
    return tuple(sorted(found, key=lambda each: (each.cluster, each.name)))


def subnet_networks(aws: AwsClients, subnet_ids: Iterable[str]) -> dict[str, tuple[Network, ...]]:
    """Returns the address ranges of each subnet that there is, IPv4 before IPv6.

    Raises AwsError.
    """
    with aws.errors_explained():
        # By a filter: a call by ids is refused as a whole when one of the subnets is gone.
        pages = aws.ec2.get_paginator("describe_subnets")
        subnets = [
            subnet
            for some in batches(sorted(set(subnet_ids)), FILTER_VALUES)
            for page in pages.paginate(Filters=[{"Name": "subnet-id", "Values": some}])
            for subnet in page["Subnets"]
        ]
    return {
        subnet["SubnetId"]: tuple(
            ip_network(block)
            for block in [
                *([subnet["CidrBlock"]] if subnet.get("CidrBlock") else []),  # None in IPv6-only.
                *(
                    each["Ipv6CidrBlock"]
                    for each in subnet.get("Ipv6CidrBlockAssociationSet", [])
                    if each["Ipv6CidrBlockState"]["State"] == "associated"
                ),
            ]
        )
        for subnet in subnets
    }


def _clusters(aws: AwsClients) -> list[str]:
    with aws.errors_explained():
        pages = aws.ecs.get_paginator("list_clusters").paginate(
            PaginationConfig={"PageSize": ECS_PAGE}
        )
        return [arn.rsplit("/", 1)[-1] for page in pages for arn in page["clusterArns"]]


def _service_arns(aws: AwsClients, cluster: str) -> list[str]:
    with aws.errors_explained():
        pages = aws.ecs.get_paginator("list_services").paginate(
            cluster=cluster, PaginationConfig={"PageSize": ECS_PAGE}
        )
        return [arn for page in pages for arn in page["serviceArns"]]


def _described(aws: AwsClients, cluster: str, names: Sequence[str]) -> Iterator[EcsService]:
    with aws.errors_explained():
        for some in batches(names, DESCRIBED_SERVICES):
            reply = aws.ecs.describe_services(cluster=cluster, services=some)
            # A deleted service is described as DRAINING or INACTIVE for some time.
            yield from (_service(each) for each in reply["services"] if each["status"] == "ACTIVE")


def _service(service: "ServiceTypeDef") -> EcsService:
    deployments, task_sets = service.get("deployments", []), service.get("taskSets", [])
    registries = [
        registry
        for owner in (service, *task_sets)
        for registry in owner.get("serviceRegistries", [])
    ]
    networks = [
        each.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
        for each in (service, *deployments, *task_sets)
    ]
    sets = tuple(
        TaskSet(
            each["id"],
            each["computedDesiredCount"],
            tuple(registry["registryArn"] for registry in each.get("serviceRegistries", [])),
        )
        for each in task_sets
    )
    return EcsService(
        cluster=service["clusterArn"].rsplit("/", 1)[-1],
        name=service["serviceName"],
        desired=sum(each.desired for each in sets) if sets else service["desiredCount"],
        registry_arns=tuple(dict.fromkeys(each["registryArn"] for each in registries)),
        ports=tuple(
            sorted({each.get("port") or each.get("containerPort") or 0 for each in registries})
        ),
        # While a deployment is in progress, older tasks are in the subnets of the older one.
        subnet_ids=tuple(sorted({id_ for each in networks for id_ in each.get("subnets", [])})),
        deployments=_deployments(deployments),
        events=tuple(
            f"{event['createdAt']:%H:%M:%S} {event['message']}"
            for event in service.get("events", [])[:10]
        ),
        task_sets=sets,
        service_connect=any(
            each.get("serviceConnectConfiguration", {}).get("enabled") for each in deployments
        ),
    )


def _deployments(deployments: Iterable["DeploymentTypeDef"]) -> tuple[EcsDeployment, ...]:
    found = [
        EcsDeployment(
            id=each["id"],
            is_newest=each["status"] == "PRIMARY",
            tasks=each["runningCount"] + each["pendingCount"],
            failed=each.get("failedTasks", 0),
        )
        for each in deployments
    ]
    return tuple(sorted(found, key=lambda each: not each.is_newest))
