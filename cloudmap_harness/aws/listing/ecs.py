# SPDX-License-Identifier: Apache-2.0
"""Lists ECS services, tasks, clusters and active task definitions."""

from collections.abc import Iterator

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames
from cloudmap_harness.aws.tags import deployment_of


def list_by_tag(aws: AwsClients, project: str) -> Iterator[Resource]:
    """Yields the services in the project's clusters, the clusters and the task definitions.

    A service that is DRAINING is not listed, only its cluster: ListServices leaves it out.
    """
    clusters = list(_tagged_clusters(aws, project))
    for cluster in clusters:
        for page in aws.ecs.get_paginator("list_services").paginate(cluster=cluster.id):
            for arn in page["serviceArns"]:
                yield _service(cluster.id, arn, cluster.deployment)
    yield from clusters
    for revisions in aws.ecs.get_paginator("list_task_definitions").paginate(status="ACTIVE"):
        for arn in revisions["taskDefinitionArns"]:
            tags = aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"]
            deployment = deployment_of(tags, project)
            if deployment is not None:
                yield _task_definition(arn, deployment)


def list_by_names(aws: AwsClients, names: ResourceNames) -> Iterator[Resource]:
    """Yields the named service, the family's tasks in the cluster, the cluster and the revisions.

    DescribeServices is asked, which returns a service that is DRAINING too.
    """
    for cluster in aws.ecs.describe_clusters(clusters=[names.cluster])["clusters"]:
        if cluster["status"] == "INACTIVE":
            continue
        arn = cluster["clusterArn"]
        reply = aws.ecs.describe_services(cluster=arn, services=[names.ecs_service])
        for service in reply["services"]:
            if service["status"] != "INACTIVE":
                yield _service(arn, service["serviceArn"])
        for page in aws.ecs.get_paginator("list_tasks").paginate(cluster=arn, family=names.family):
            for task in page["taskArns"]:
                yield Resource(ResourceKind.ECS_TASK, task)
        yield _cluster(arn)
    family = aws.ecs.get_paginator("list_task_definitions").paginate(
        familyPrefix=names.family, status="ACTIVE"
    )
    for revisions in family:
        for definition in map(_task_definition, revisions["taskDefinitionArns"]):
            if definition.name == names.family:
                yield definition


def _tagged_clusters(aws: AwsClients, project: str) -> Iterator[Resource]:
    for page in aws.ecs.get_paginator("list_clusters").paginate():
        arns = page["clusterArns"]
        if not arns:
            continue
        for cluster in aws.ecs.describe_clusters(clusters=arns, include=["TAGS"])["clusters"]:
            deployment = deployment_of(cluster.get("tags", []), project)
            if deployment is not None and cluster["status"] != "INACTIVE":
                yield _cluster(cluster["clusterArn"], deployment)


def _service(cluster: str, arn: str, deployment: str = "") -> Resource:
    command = f"aws ecs delete-service --force --cluster {cluster} --service {arn}"
    return Resource(ResourceKind.ECS_SERVICE, arn, _last(arn), deployment, command)


def _cluster(arn: str, deployment: str = "") -> Resource:
    command = f"aws ecs delete-cluster --cluster {arn}"
    return Resource(ResourceKind.ECS_CLUSTER, arn, _last(arn), deployment, command)


def _task_definition(arn: str, deployment: str = "") -> Resource:
    """The name is the family's, without the revision."""
    family, _, _ = _last(arn).rpartition(":")
    command = f"aws ecs deregister-task-definition --task-definition {arn}"
    return Resource(ResourceKind.TASK_DEFINITION, arn, family, deployment, command)


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
