# SPDX-License-Identifier: Apache-2.0
"""The VPC look-up names each selected VPC or subnet that is missing, and a lack of addresses."""

from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_lookup import (
    VpcNotFound,
    VpcSelector,
    address_shortage,
    find_vpc,
)
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
    return find_vpc(aws, VpcSelector("", NAME, (), "Tier=private")).subnet_ids


def test_subnets_are_found_by_their_ids(aws: AwsClients, private: tuple[str, ...]) -> None:
    found = find_vpc(aws, VpcSelector("", NAME, private[:1], "Tier=none"))
    assert found.subnet_ids == private[:1]


def test_a_missing_subnet_is_named_beside_existing_ones(
    aws: AwsClients, private: tuple[str, ...]
) -> None:
    with pytest.raises(VpcNotFound, match=f"^there is no subnet {ABSENT}$"):
        find_vpc(aws, VpcSelector("", NAME, (*private, ABSENT), "Tier=private"))


def test_a_missing_subnet_is_named_rather_than_the_tag(aws: AwsClients) -> None:
    with pytest.raises(VpcNotFound, match=ABSENT) as caught:
        find_vpc(aws, VpcSelector("", NAME, (ABSENT,), "Tier=private"))
    assert "Tier" not in str(caught.value)


def test_a_subnet_of_another_vpc_is_named(aws: AwsClients) -> None:
    other = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=other, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(VpcNotFound, match=f"^{subnet} is in {other}, not in vpc-"):
        find_vpc(aws, VpcSelector("", NAME, (subnet,), "Tier=private"))


def test_the_selected_subnets_that_fit_are_not_named(
    aws: AwsClients, private: tuple[str, ...]
) -> None:
    other = aws.ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=other, CidrBlock="10.10.1.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(VpcNotFound) as caught:
        find_vpc(aws, VpcSelector("", NAME, (*private, subnet, ABSENT), ""))
    assert f"no subnet {ABSENT}; {subnet} is in {other}" in str(caught.value)
    assert not any(id_ in str(caught.value) for id_ in private)


def test_a_shortage_of_addresses_is_reported_with_both_numbers(aws: AwsClients) -> None:
    network = find_vpc(aws, VpcSelector("", NAME, (), "Tier=private"))
    assert network.free_addresses == 502  # AWS keeps five addresses of each /24.
    assert address_shortage(network, 502) is None
    assert address_shortage(network, 503) == (
        "503 more tasks need 503 addresses, "
        "but the private subnets 10.0.8.0/24, 10.0.9.0/24 have 502 free"
    )
