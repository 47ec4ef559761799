# SPDX-License-Identifier: Apache-2.0
"""Lists Cloud Map instances, services and namespaces."""

from collections.abc import Iterator

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames
from cloudmap_harness.aws.tags import deployment_of


def list_by_tag(aws: AwsClients, project: str) -> Iterator[Resource]:
    """Yields the project's services, each after its instances, and the project's namespaces."""
    client = aws.servicediscovery
    for page in client.get_paginator("list_services").paginate():
        for service in page["Services"]:
            deployment = _deployment(aws, service["Arn"], project)
            if deployment is not None:
                yield from _with_instances(aws, service["Id"], service["Name"], deployment)
    for namespaces in client.get_paginator("list_namespaces").paginate():
        for namespace in namespaces["Namespaces"]:
            deployment = _deployment(aws, namespace["Arn"], project)
            if deployment is not None:
                yield _namespace(namespace["Id"], namespace["Name"], deployment)


def list_by_names(aws: AwsClients, names: ResourceNames) -> Iterator[Resource]:
    """Yields the named namespaces, each after all its services with their instances."""
    client = aws.servicediscovery
    for page in client.get_paginator("list_namespaces").paginate():
        for namespace in page["Namespaces"]:
            if namespace["Name"] != names.namespace:
                continue
            inside = client.get_paginator("list_services").paginate(
                Filters=[{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]]}]
            )
            for services in inside:
                for service in services["Services"]:
                    yield from _with_instances(aws, service["Id"], service["Name"])
            yield _namespace(namespace["Id"], namespace["Name"])


def _deployment(aws: AwsClients, arn: str, project: str) -> str | None:
    tags = aws.servicediscovery.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return deployment_of(tags, project)


def _with_instances(
    aws: AwsClients, id_: str, name: str, deployment: str = ""
) -> Iterator[Resource]:
    for page in aws.servicediscovery.get_paginator("list_instances").paginate(ServiceId=id_):
        for instance in page["Instances"]:
            command = (
                f"aws servicediscovery deregister-instance --service-id {id_} "
                f"--instance-id {instance['Id']}"
            )
            yield Resource(
                ResourceKind.CLOUD_MAP_INSTANCE,
                instance["Id"],
                deployment=deployment,
                delete_command=command,
            )
    command = f"aws servicediscovery delete-service --id {id_}"
    yield Resource(ResourceKind.CLOUD_MAP_SERVICE, id_, name, deployment, command)


def _namespace(id_: str, name: str, deployment: str = "") -> Resource:
    command = f"aws servicediscovery delete-namespace --id {id_}"
    return Resource(ResourceKind.CLOUD_MAP_NAMESPACE, id_, name, deployment, command)
