# SPDX-License-Identifier: Apache-2.0
"""network-inputs: what is looked up, and what is refused with which message."""

from typing import Any

import pytest

from tests.unit.stacks.synthesis import SynthesizedStacks

STACK = "network-inputs"


def postconditions(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns the (condition, message) of each postcondition."""
    return [
        (each["condition"], each["error_message"]) for each in data["lifecycle"]["postcondition"]
    ]


def test_nothing_is_managed(article: SynthesizedStacks, by_id: SynthesizedStacks) -> None:
    assert "resource" not in article.stacks[STACK]
    assert "resource" not in by_id.stacks[STACK]


def test_vpc_is_the_one_of_that_name(article: SynthesizedStacks) -> None:
    assert article.data(STACK, "aws_vpcs")["tags"] == {"Name": "cloudmap-handson-vpc"}
    assert article.data(STACK, "aws_vpc")["id"] == "${one(data.aws_vpcs.named_vpcs.ids)}"


def test_vpc_with_an_id_is_looked_up_by_the_id_alone(by_id: SynthesizedStacks) -> None:
    assert by_id.data(STACK, "aws_vpc")["id"] == "vpc-0123456789abcdef0"
    assert "aws_vpcs" not in by_id.stacks[STACK]["data"]


def test_private_subnets_are_the_tagged_ones_of_the_vpc(article: SynthesizedStacks) -> None:
    assert article.data(STACK, "aws_subnets")["filter"] == [
        {"name": "vpc-id", "values": ["${data.aws_vpc.vpc.id}"]},
        {"name": "tag:Tier", "values": ["private"]},
    ]
    assert "aws_subnet" not in article.stacks[STACK]["data"]


def test_private_subnets_by_id_are_looked_up_one_by_one(by_id: SynthesizedStacks) -> None:
    subnets = by_id.stacks[STACK]["data"]["aws_subnet"]
    assert [subnet["id"] for subnet in subnets.values()] == [
        "subnet-0123456789abcdef0",
        "subnet-12345678",
    ]
    assert "aws_subnets" not in by_id.stacks[STACK]["data"]


@pytest.mark.parametrize("synthesis", ["article", "by_id"])
@pytest.mark.parametrize(
    ("attribute", "name", "option"),
    [
        ("enable_dns_support", "DNS support (enableDnsSupport)", "--enable-dns-support"),
        ("enable_dns_hostnames", "DNS hostnames (enableDnsHostnames)", "--enable-dns-hostnames"),
    ],
)
def test_vpc_without_dns_is_refused(
    synthesis: str, attribute: str, name: str, option: str, request: pytest.FixtureRequest
) -> None:
    vpc = request.getfixturevalue(synthesis).data(STACK, "aws_vpc")
    message = (
        f"VPC ${{self.id}} has {name} off: names of the Cloud Map namespace would not resolve in "
        f"it. Turn it on: aws ec2 modify-vpc-attribute --vpc-id ${{self.id}} {option}"
    )
    assert (f"${{self.{attribute}}}", message) in postconditions(vpc)
    assert len(postconditions(vpc)) == 2


def test_no_vpc_of_that_name_or_two_are_refused(article: SynthesizedStacks) -> None:
    assert postconditions(article.data(STACK, "aws_vpcs")) == [
        (
            "${length(self.ids) == 1}",
            "${length(self.ids)} VPCs in ap-northeast-1 are named cloudmap-handson-vpc, and one is "
            "needed. Name one so, or set vpc_name or vpc_id (handson.toml, HANDSON_*).",
        )
    ]


def test_vpc_without_private_subnet_is_refused(article: SynthesizedStacks) -> None:
    assert postconditions(article.data(STACK, "aws_subnets")) == [
        (
            "${length(self.ids) > 0}",
            "VPC ${data.aws_vpc.vpc.id} has no private subnet: none of its subnets has the tag "
            "Tier=private. Tag them so, or set private_subnet_tag or private_subnet_ids "
            "(handson.toml, HANDSON_*).",
        )
    ]


def test_subnet_of_another_vpc_is_refused(by_id: SynthesizedStacks) -> None:
    for subnet in by_id.stacks[STACK]["data"]["aws_subnet"].values():
        assert postconditions(subnet) == [
            (
                "${self.vpc_id == data.aws_vpc.vpc.id}",
                "Subnet ${self.id} is in VPC ${self.vpc_id}, not in ${data.aws_vpc.vpc.id}, where "
                "the namespace is made. Set private_subnet_ids to subnets of that VPC, or vpc_id "
                "to theirs (handson.toml, HANDSON_*).",
            )
        ]


def test_outputs(article: SynthesizedStacks, by_id: SynthesizedStacks) -> None:
    for synthesis in (article, by_id):
        assert synthesis.output(STACK, "vpc_id") == "${data.aws_vpc.vpc.id}"
        assert synthesis.output(STACK, "vpc_cidr") == "${data.aws_vpc.vpc.cidr_block}"
        assert synthesis.output(STACK, "private_subnet_ids") == "${local.sorted_private_subnet_ids}"


def test_subnet_ids_are_sorted_whatever_order_aws_lists_them_in(
    article: SynthesizedStacks, by_id: SynthesizedStacks
) -> None:
    assert article.stacks[STACK]["locals"] == {
        "sorted_private_subnet_ids": "${sort(data.aws_subnets.private_subnets.ids)}"
    }
    assert by_id.stacks[STACK]["locals"] == {
        "sorted_private_subnet_ids": "${sort([data.aws_subnet.subnet-0123456789abcdef0.id, "
        "data.aws_subnet.subnet-12345678.id])}"
    }
