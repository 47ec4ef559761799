# SPDX-License-Identifier: Apache-2.0
"""All that an account has with the project's tags, and the zones, which nobody can tag.

A hosted zone that Cloud Map made is known by its owner and by a namespace's name that is ours.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import PROJECT
from cloudmap_harness.discovery.probes import instances
from cloudmap_harness.errors import AwsError

_BORN = re.compile(r"run-(\d{14})-")
_NOT_LEAKED = {"vpc"}  # `make vpc` made it, to stay.
_OURS = re.compile(r"((run|check)-[0-9a-f-]+|cloudmap-handson)\.internal\.")


@dataclass(frozen=True)
class Leak:
    """One thing, the deployment that it is of, and the AWS command that removes it."""

    kind: str
    id: str
    deployment: str
    command: str

    def age(self, now: datetime) -> timedelta | None:
        """How long ago its run began; None when its deployment's name does not tell."""
        born = _BORN.match(self.deployment)
        if born is None:
            return None
        return now - datetime.strptime(born[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def leaks(
    aws: AwsClients,
    *,
    run: str = "",
    older_than: timedelta = timedelta(0),
    on_absent: Callable[[AwsError], None] = lambda error: None,
) -> tuple[Leak, ...]:
    """Lists what is left, in the order in which it can be removed; of one run when it is named.

    What does not tell its age counts as old enough. A service that the endpoint does not have
    (HTTP 501, as LocalStack answers without a licence) has nothing: `on_absent` gets the error and
    the other services are listed. Raises AwsError for any other refusal.
    """
    now = datetime.now(UTC)
    found: list[Leak] = []
    for find in _FINDERS:
        try:
            with aws.errors_explained():
                found += find(aws)
        except AwsError as error:
            if error.status != HTTPStatus.NOT_IMPLEMENTED:
                raise
            on_absent(error)
    return tuple(
        leak
        for leak in found
        if leak.deployment not in _NOT_LEAKED
        and run in ("", leak.deployment)
        and ((age := leak.age(now)) is None or age >= older_than)
    )


def _tagged(tags: Iterable[Mapping[str, object]]) -> str | None:
    """The deployment that the tags name; None when they are not the project's."""
    pairs = {
        str(tag.get("Key", tag.get("key"))): str(tag.get("Value", tag.get("value", "")))
        for tag in tags
    }
    return pairs.get("Deployment", "") if pairs.get("Project") == PROJECT else None


def _clusters(aws: AwsClients) -> Iterator[tuple[str, str]]:
    """Each of ours that is not gone: ARN and deployment."""
    for page in aws.ecs.get_paginator("list_clusters").paginate():
        arns = page["clusterArns"]
        reply = aws.ecs.describe_clusters(clusters=arns, include=["TAGS"]) if arns else None
        for cluster in reply["clusters"] if reply else []:
            deployment = _tagged(cluster.get("tags", []))
            if deployment is not None and cluster["status"] != "INACTIVE":
                yield cluster["clusterArn"], deployment


def _ecs_services(aws: AwsClients) -> Iterator[Leak]:
    for cluster, deployment in _clusters(aws):
        for page in aws.ecs.get_paginator("list_services").paginate(cluster=cluster):
            for arn in page["serviceArns"]:
                delete = f"aws ecs delete-service --force --cluster {cluster} --service {arn}"
                yield Leak("ECS service", arn, deployment, delete)


def _ecs_clusters(aws: AwsClients) -> Iterator[Leak]:
    for arn, deployment in _clusters(aws):
        yield Leak("ECS cluster", arn, deployment, f"aws ecs delete-cluster --cluster {arn}")


def _task_definitions(aws: AwsClients) -> Iterator[Leak]:
    pages = aws.ecs.get_paginator("list_task_definitions").paginate(status="ACTIVE")
    for page in pages:
        for arn in page["taskDefinitionArns"]:
            deployment = _tagged(aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"])
            if deployment is not None:
                command = f"aws ecs deregister-task-definition --task-definition {arn}"
                yield Leak("task definition", arn, deployment, command)


def _security_groups(aws: AwsClients) -> Iterator[Leak]:
    ours = [{"Name": "tag:Project", "Values": [PROJECT]}]
    pages = aws.ec2.get_paginator("describe_security_groups").paginate(Filters=ours)  # type: ignore[arg-type]
    for page in pages:
        for group in page["SecurityGroups"]:
            deployment = _tagged(group.get("Tags", [])) or ""
            id_ = group["GroupId"]
            command = f"aws ec2 delete-security-group --group-id {id_}"
            yield Leak("security group", id_, deployment, command)


def _cloud_map_services(aws: AwsClients) -> Iterator[Leak]:
    client = aws.servicediscovery
    for page in client.get_paginator("list_services").paginate():
        for service in page["Services"]:
            tags = client.list_tags_for_resource(ResourceARN=service["Arn"])["Tags"]
            deployment = _tagged(tags)
            if deployment is None:
                continue
            id_ = service["Id"]
            for instance in instances(aws, id_):
                instance_id = instance.id
                command = (
                    f"aws servicediscovery deregister-instance --service-id {id_} "
                    f"--instance-id {instance_id}"
                )
                yield Leak("Cloud Map instance", instance_id, deployment, command)
            command = f"aws servicediscovery delete-service --id {id_}"
            yield Leak("Cloud Map service", id_, deployment, command)


def _namespaces(aws: AwsClients) -> Iterator[Leak]:
    client = aws.servicediscovery
    for page in client.get_paginator("list_namespaces").paginate():
        for namespace in page["Namespaces"]:
            tags = client.list_tags_for_resource(ResourceARN=namespace["Arn"])["Tags"]
            deployment = _tagged(tags)
            if deployment is not None:
                command = f"aws servicediscovery delete-namespace --id {namespace['Id']}"
                yield Leak("Cloud Map namespace", namespace["Id"], deployment, command)


def _zones(aws: AwsClients) -> Iterator[Leak]:
    """Zones that Cloud Map made for a name of ours, whether or not the namespace is there."""
    for page in aws.route53.get_paginator("list_hosted_zones").paginate():
        for zone in page["HostedZones"]:
            owner = zone.get("LinkedService", {}).get("ServicePrincipal", "")
            if owner == "servicediscovery.amazonaws.com" and _OURS.fullmatch(zone["Name"]):
                id_ = zone["Id"].rsplit("/", 1)[-1]
                name = zone["Name"].partition(".")[0]
                deployment = name if name.startswith(("run-", "check-")) else "default"
                yield Leak("hosted zone", id_, deployment, "goes with its Cloud Map namespace")


def _networks(aws: AwsClients) -> Iterator[Leak]:
    """Those of a check that was killed, in an account without a VPC that fits."""
    ours = [{"Name": "tag:Project", "Values": [PROJECT]}]
    for subnet in aws.ec2.describe_subnets(Filters=ours)["Subnets"]:  # type: ignore[arg-type]
        id_, deployment = subnet["SubnetId"], _tagged(subnet.get("Tags", [])) or ""
        yield Leak("subnet", id_, deployment, f"aws ec2 delete-subnet --subnet-id {id_}")
    for vpc in aws.ec2.describe_vpcs(Filters=ours)["Vpcs"]:  # type: ignore[arg-type]
        id_, deployment = vpc["VpcId"], _tagged(vpc.get("Tags", [])) or ""
        yield Leak("VPC", id_, deployment, f"aws ec2 delete-vpc --vpc-id {id_}")


_FINDERS: tuple[Callable[[AwsClients], Iterator[Leak]], ...] = (
    _ecs_services,
    _ecs_clusters,
    _task_definitions,
    _cloud_map_services,
    _namespaces,
    _zones,
    _security_groups,
    _networks,
)
