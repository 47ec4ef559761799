# SPDX-License-Identifier: Apache-2.0
"""`make vpc` on an endpoint that has none gives what the embedded account begins with."""

from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_builder import create_network, delete_network
from cloudmap_harness.aws.vpc_lookup import VpcSelector, find_vpc
from handson.cli import main
from handson.network import ARTICLE_NETWORK, VPC_TAGS
from localaws.server import Endpoint
from tests.support.other_emulators import moto_server as moto_server  # A fixture, for this file.


def clients(url: str) -> AwsClients:
    return AwsClients(
        child_environment(Target.LOCALSTACK, {}, endpoint=url, region="ap-northeast-1")
    )


def named(thing: Any) -> str:
    return "".join(tag["Value"] for tag in thing["Tags"] if tag["Key"] == "Name")


def shape(aws: AwsClients) -> dict[str, Any]:
    """The article's network without its ids."""
    article = VpcSelector("", "cloudmap-handson-vpc", (), "Tier=private")
    network = find_vpc(aws, article)
    within: Any = {"Filters": [{"Name": "vpc-id", "Values": [network.vpc_id]}]}
    subnets = aws.ec2.describe_subnets(**within)["Subnets"]
    names = {subnet["SubnetId"]: named(subnet) for subnet in subnets}
    tables = aws.ec2.describe_route_tables(**within)["RouteTables"]
    return {
        "cidr": network.cidr,
        "private": sorted(map(str, network.subnets)),
        "subnets": sorted((named(s), s["CidrBlock"], s["AvailabilityZone"]) for s in subnets),
        "routes": sorted(
            (
                named(table),
                sorted(names[a["SubnetId"]] for a in table["Associations"] if "SubnetId" in a),
                sorted(
                    "nat" if "NatGatewayId" in r else r.get("GatewayId", "")[:3]
                    for r in table["Routes"]
                ),
            )
            for table in tables
            if named(table)
        ),
    }


def everything(aws: AwsClients) -> list[str]:
    ec2 = aws.ec2
    nats = ec2.describe_nat_gateways()["NatGateways"]
    internet = ec2.describe_internet_gateways()["InternetGateways"]
    return sorted(
        [
            *(vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]),
            *(subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]),
            *(table["RouteTableId"] for table in ec2.describe_route_tables()["RouteTables"]),
            *(gateway["InternetGatewayId"] for gateway in internet),
            *(address["AllocationId"] for address in ec2.describe_addresses()["Addresses"]),
            *(nat["NatGatewayId"] for nat in nats if nat["State"] != "deleted"),
        ]
    )


def test_it_is_what_the_embedded_account_has(moto_server: str) -> None:
    aws = clients(moto_server)
    before = everything(aws)
    vpc_id, ours = create_network(aws, ARTICLE_NETWORK, VPC_TAGS)
    try:
        assert ours
        with Endpoint() as endpoint:
            assert shape(aws) == shape(clients(endpoint.url))
        made = everything(aws)
        assert create_network(aws, ARTICLE_NETWORK, VPC_TAGS) == (vpc_id, True)
        assert everything(aws) == made
    finally:
        removed = delete_network(aws, VPC_TAGS)
    assert removed == vpc_id
    assert everything(aws) == before
    assert delete_network(aws, VPC_TAGS) is None


def test_what_is_missing_of_it_is_completed(moto_server: str) -> None:
    aws = clients(moto_server)
    vpc_id = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    marks = {"Project": "cloudmap-handson", "Deployment": "vpc"}
    aws.ec2.create_tags(
        Resources=[vpc_id], Tags=[{"Key": key, "Value": value} for key, value in marks.items()]
    )
    try:
        assert create_network(aws, ARTICLE_NETWORK, VPC_TAGS) == (vpc_id, True)
        assert len(shape(aws)["subnets"]) == 4
    finally:
        delete_network(aws, VPC_TAGS)


def test_a_vpc_of_somebody_else_is_left_alone() -> None:
    with Endpoint() as endpoint:
        aws = clients(endpoint.url)
        before = everything(aws)
        assert create_network(aws, ARTICLE_NETWORK, VPC_TAGS)[1] is False
        assert delete_network(aws, VPC_TAGS) is None
        assert everything(aws) == before


@pytest.mark.parametrize("verb", ["vpc", "vpc-destroy"])
def test_aws_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setenv("TARGET", "aws")
    assert main([verb]) == 2
    assert "on AWS the VPC is yours" in capsys.readouterr().err
