# SPDX-License-Identifier: Apache-2.0
"""More tasks than the private subnets have addresses for are refused before Terraform starts."""

from collections.abc import Iterator
from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.context import Context
from handson.errors import HandsonError
from handson.preflight import require_addresses
from localaws.server import Endpoint
from stacks.settings import Settings


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def at(aws: AwsClients, **settings: Any) -> Context:
    return Context(Target.LOCAL, Settings(**settings), {}, aws)


def test_two_subnets_of_a_slash_24_take_502_tasks(aws: AwsClients) -> None:
    require_addresses(at(aws, desired_count=502))
    with pytest.raises(HandsonError, match="DESIRED=503: .*10.0.8.0/24, 10.0.9.0/24 have 502 free"):
        require_addresses(at(aws, desired_count=503))


def test_an_interface_that_is_there_takes_an_address(aws: AwsClients) -> None:
    private = [{"Name": "tag:Tier", "Values": ["private"]}]
    subnets = aws.ec2.describe_subnets(Filters=private)["Subnets"]  # type: ignore[arg-type]
    aws.ec2.create_network_interface(SubnetId=subnets[0]["SubnetId"])
    with pytest.raises(HandsonError, match="have 501 free"):
        require_addresses(at(aws, desired_count=502))


def test_a_vpc_that_does_not_fit_is_left_to_terraform(aws: AwsClients) -> None:
    require_addresses(at(aws, vpc_name="another", desired_count=503))
