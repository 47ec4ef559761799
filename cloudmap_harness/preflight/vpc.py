# SPDX-License-Identifier: Apache-2.0
"""Makes a VPC for the probe deployment in an account that has none that fits."""

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.vpc_lookup import VpcNetwork, VpcSelector, find_vpc
from cloudmap_harness.cleanup import CleanupStack

CIDR = "10.255.0.0/16"
SUBNET_CIDR = "10.255.8.0/24"


def create(aws: AwsClients, tags: ProjectTags, cleanup: CleanupStack) -> VpcNetwork:
    """Creates a VPC with one subnet and registers their removal. Raises AwsError."""
    ec2 = aws.ec2
    with aws.errors_explained():
        vpc = ec2.create_vpc(
            CidrBlock=CIDR, TagSpecifications=tags.for_ec2("vpc", tags.deployment)
        )["Vpc"]["VpcId"]

    def remove_vpc() -> None:
        with aws.errors_explained():
            ec2.delete_vpc(VpcId=vpc)

    cleanup.add(f"VPC {vpc}", remove_vpc)
    with aws.errors_explained():
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=SUBNET_CIDR,
            TagSpecifications=tags.for_ec2("subnet", tags.deployment),
        )["Subnet"]["SubnetId"]

    def remove_subnet() -> None:
        with aws.errors_explained():
            ec2.delete_subnet(SubnetId=subnet)

    cleanup.add(f"subnet {subnet}", remove_subnet)
    return find_vpc(aws, VpcSelector(vpc, "", (subnet,), ""))
