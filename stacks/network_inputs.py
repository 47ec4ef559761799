# SPDX-License-Identifier: Apache-2.0
"""The network that the article expects to exist: looked up and checked, never created."""

from stacks.base import HandsOnStack
from stacks.bindings import (
    Construct,
    DataAwsSubnet,
    DataAwsSubnets,
    DataAwsSubnetsFilter,
    DataAwsVpc,
    DataAwsVpcs,
    Fn,
    Postcondition,
    TerraformLocal,
    TerraformResourceLifecycle,
    Token,
)
from stacks.settings import Settings


class NetworkInputsStack(HandsOnStack):
    """Looks up a VPC that resolves names of private hosted zones, and its private subnets.

    Has no managed resource. A postcondition refuses an unsuitable network when Terraform reads it.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_, settings=settings)
        vpc = self._vpc(settings)
        self.vpc_id: str = vpc.id
        self.vpc_cidr: str = vpc.cidr_block
        # Sorted: AWS lists subnets in any order, and another order would be a planned change.
        self.private_subnet_ids: list[str] = TerraformLocal(
            self, "sorted_private_subnet_ids", Fn.sort(self._private_subnet_ids(settings))
        ).as_list
        self.publish(
            vpc_id=self.vpc_id,
            vpc_cidr=self.vpc_cidr,
            private_subnet_ids=self.private_subnet_ids,
        )

    def _vpc(self, settings: Settings) -> DataAwsVpc:
        # A private hosted zone answers only in a VPC that has both attributes on (Route 53's
        # "Considerations when working with a private hosted zone"); CreateVpc sets only the first.
        return DataAwsVpc(
            self,
            "vpc",
            id=settings.vpc_id or self._id_of_named_vpc(settings),
            lifecycle=_checked(
                _must_be_on("enable_dns_support", "DNS support (enableDnsSupport)"),
                _must_be_on("enable_dns_hostnames", "DNS hostnames (enableDnsHostnames)"),
            ),
        )

    def _id_of_named_vpc(self, settings: Settings) -> str:
        # aws_vpc could search by tags itself, but its error "no matching EC2 VPC found" names none.
        exactly_one = Postcondition(
            condition="${length(self.ids) == 1}",
            error_message=f"${{length(self.ids)}} VPCs in {settings.region} are named "
            f"{settings.vpc_name}, and one is needed. Name one so, or set vpc_name or vpc_id "
            "(handson.toml, HANDSON_*).",
        )
        tags = {"Name": settings.vpc_name}
        named = DataAwsVpcs(self, "named_vpcs", tags=tags, lifecycle=_checked(exactly_one))
        return Token.as_string(Fn.one(named.ids))

    def _private_subnet_ids(self, settings: Settings) -> list[str]:
        if settings.private_subnet_ids:
            return [self._checked_id(subnet_id) for subnet_id in settings.private_subnet_ids]
        key, _, value = settings.private_subnet_tag.partition("=")
        any_at_all = Postcondition(
            condition="${length(self.ids) > 0}",
            error_message=f"VPC {self.vpc_id} has no private subnet: none of its subnets has the "
            f"tag {settings.private_subnet_tag}. Tag them so, or set private_subnet_tag or "
            "private_subnet_ids (handson.toml, HANDSON_*).",
        )
        tagged = DataAwsSubnets(
            self,
            "private_subnets",
            filter=[
                DataAwsSubnetsFilter(name="vpc-id", values=[self.vpc_id]),
                DataAwsSubnetsFilter(name=f"tag:{key}", values=[value]),
            ],
            lifecycle=_checked(any_at_all),
        )
        return tagged.ids

    def _checked_id(self, subnet_id: str) -> str:
        in_the_vpc = Postcondition(
            condition=f"${{self.vpc_id == {self.vpc_id}}}",
            error_message=f"Subnet ${{self.id}} is in VPC ${{self.vpc_id}}, not in {self.vpc_id}, "
            "where the namespace is made. Set private_subnet_ids to subnets of that VPC, or vpc_id "
            "to theirs (handson.toml, HANDSON_*).",
        )
        return DataAwsSubnet(self, subnet_id, id=subnet_id, lifecycle=_checked(in_the_vpc)).id


def _checked(*postconditions: Postcondition) -> TerraformResourceLifecycle:
    return TerraformResourceLifecycle(postcondition=list(postconditions))  # jsii accepts no tuple.


def _must_be_on(attribute: str, name: str) -> Postcondition:
    return Postcondition(
        condition=f"${{self.{attribute}}}",
        error_message=f"VPC ${{self.id}} has {name} off: names of the Cloud Map namespace would "
        "not resolve in it. Turn it on: aws ec2 modify-vpc-attribute --vpc-id ${self.id} "
        f"--{attribute.replace('_', '-')}",
    )
