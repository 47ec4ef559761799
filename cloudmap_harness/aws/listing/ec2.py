# SPDX-License-Identifier: Apache-2.0
"""Lists security groups, subnets, VPCs and network interfaces."""

from collections.abc import Iterator

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames
from cloudmap_harness.aws.tags import deployment_of, project_filters

_FILTER_VALUES = 200
"""The most values that EC2 takes in a filter."""


def list_by_tag(aws: AwsClients, project: str) -> Iterator[Resource]:
    """Yields the project's security groups, subnets and VPCs."""
    ec2, filters = aws.ec2, project_filters(project)
    for groups in ec2.get_paginator("describe_security_groups").paginate(Filters=filters):
        for group in groups["SecurityGroups"]:
            deployment = deployment_of(group.get("Tags", []), project) or ""
            yield _security_group(group["GroupId"], group["GroupName"], deployment)
    for subnets in ec2.get_paginator("describe_subnets").paginate(Filters=filters):
        for subnet in subnets["Subnets"]:
            deployment = deployment_of(subnet.get("Tags", []), project) or ""
            command = f"aws ec2 delete-subnet --subnet-id {subnet['SubnetId']}"
            yield Resource(ResourceKind.SUBNET, subnet["SubnetId"], "", deployment, command)
    for vpcs in ec2.get_paginator("describe_vpcs").paginate(Filters=filters):
        for vpc in vpcs["Vpcs"]:
            deployment = deployment_of(vpc.get("Tags", []), project) or ""
            command = f"aws ec2 delete-vpc --vpc-id {vpc['VpcId']}"
            yield Resource(ResourceKind.VPC, vpc["VpcId"], "", deployment, command)


def list_by_names(aws: AwsClients, names: ResourceNames) -> Iterator[Resource]:
    """Yields the network interfaces in the named security group and those of the tasks, the group.

    The tasks' interfaces are looked up by id too: the group may be deleted before them.
    """
    pages = aws.ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "group-name", "Values": [names.security_group]}]
    )
    groups = [
        _security_group(group["GroupId"], group["GroupName"])
        for page in pages
        for group in page["SecurityGroups"]
    ]
    yield from _network_interfaces(
        aws, [group.id for group in groups], sorted(names.network_interfaces)
    )
    yield from groups


def _network_interfaces(
    aws: AwsClients, groups: list[str], interfaces: list[str]
) -> Iterator[Resource]:
    found: set[str] = set()
    for name, values in (("group-id", groups), ("network-interface-id", interfaces)):
        for at in range(0, len(values), _FILTER_VALUES):
            pages = aws.ec2.get_paginator("describe_network_interfaces").paginate(
                Filters=[{"Name": name, "Values": values[at : at + _FILTER_VALUES]}]
            )
            found |= {
                interface["NetworkInterfaceId"]
                for page in pages
                for interface in page["NetworkInterfaces"]
            }
    for id_ in sorted(found):
        yield Resource(ResourceKind.NETWORK_INTERFACE, id_)  # ECS deletes it after its task.


def _security_group(id_: str, name: str, deployment: str = "") -> Resource:
    command = f"aws ec2 delete-security-group --group-id {id_}"
    return Resource(ResourceKind.SECURITY_GROUP, id_, name, deployment, command)
