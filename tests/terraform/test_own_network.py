# SPDX-License-Identifier: Apache-2.0
"""A network of Terraform's own: a NAT gateway that goes, and a private zone of two VPCs."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import live_through

RESOURCES: dict[str, dict[str, Any]] = {
    "aws_vpc": {"one": {"cidr_block": "10.3.0.0/16"}, "two": {"cidr_block": "10.4.0.0/16"}},
    "aws_subnet": {"public": {"vpc_id": "${aws_vpc.one.id}", "cidr_block": "10.3.0.0/24"}},
    "aws_internet_gateway": {"out": {"vpc_id": "${aws_vpc.one.id}"}},
    "aws_eip": {"nat": {"domain": "vpc"}},
    "aws_nat_gateway": {
        "nat": {
            "subnet_id": "${aws_subnet.public.id}",
            "allocation_id": "${aws_eip.nat.id}",
            "depends_on": ["aws_internet_gateway.out"],
        }
    },
    "aws_route53_zone": {
        "own": {
            "name": "own.internal",
            "vpc": [{"vpc_id": "${aws_vpc.one.id}"}],
            # The second VPC is the association's.
            "lifecycle": {"ignore_changes": ["vpc"]},
        }
    },
    "aws_route53_zone_association": {
        "two": {
            "zone_id": "${aws_route53_zone.own.id}",
            "vpc_id": "${aws_vpc.two.id}",
            "vpc_region": "ap-northeast-1",
        }
    },
    "aws_route53_record": {
        "db": {
            "zone_id": "${aws_route53_zone.own.id}",
            "name": "db",
            "type": "A",
            "ttl": 60,
            "records": ["10.3.0.9"],
        }
    },
}


def test_a_nat_gateway_and_a_private_zone_come_and_go(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN a VPC with a NAT gateway, and a private zone of it and of a second VPC
    WHEN they are created, imported and destroyed
    THEN the zone is in both VPCs, every plan is empty, and the subnet can be deleted.
    """

    def look(state: int) -> None:
        (zone,) = aws.route53.list_hosted_zones()["HostedZones"]
        assert zone["Config"]["PrivateZone"] is True
        assert len(aws.route53.get_hosted_zone(Id=zone["Id"])["VPCs"]) == 2

    live_through(tmp_path, environment, RESOURCES, look=look)
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
    cidrs = {vpc["CidrBlock"] for vpc in aws.ec2.describe_vpcs()["Vpcs"]}
    assert not cidrs & {"10.3.0.0/16", "10.4.0.0/16"}
