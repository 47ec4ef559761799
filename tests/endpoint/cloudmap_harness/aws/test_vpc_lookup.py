# SPDX-License-Identifier: Apache-2.0
"""The VPC look-up names what the settings ask for and the account lacks."""

from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_lookup import VpcSelector, find
from cloudmap_harness.preflight.results import Missing
from localaws.server import Endpoint

NAME = "cloudmap-handson-vpc"
ABSENT = "subnet-0123456789abcdef0"


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


@pytest.fixture
def private(aws: AwsClients) -> tuple[str, ...]:
    """The ids of the two private subnets."""
    return find(aws, VpcSelector("", NAME, (), "Tier=private")).subnet_ids


def test_subnets_are_found_by_their_ids(aws: AwsClients, private: tuple[str, ...]) -> None:
    found = find(aws, VpcSelector("", NAME, private[:1], "Tier=none"))
    assert found.subnet_ids == private[:1]


def test_an_id_that_is_not_there_is_named_beside_those_that_are(
    aws: AwsClients, private: tuple[str, ...]
) -> None:
    with pytest.raises(Missing, match=rf"has no subnet {ABSENT} \(private_subnet_ids\)"):
        find(aws, VpcSelector("", NAME, (*private, ABSENT), "Tier=private"))


def test_ids_are_blamed_and_not_the_tag_when_none_is_there(aws: AwsClients) -> None:
    with pytest.raises(Missing, match=ABSENT) as caught:
        find(aws, VpcSelector("", NAME, (ABSENT,), "Tier=private"))
    assert "Tier" not in str(caught.value)


def test_a_subnet_of_another_vpc_is_named(aws: AwsClients) -> None:
    other = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=other, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(Missing, match=subnet):
        find(aws, VpcSelector("", NAME, (subnet,), "Tier=private"))
