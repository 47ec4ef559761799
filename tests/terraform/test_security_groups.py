# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups with protocols by number, by the real AWS provider."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.resource_life import Blocks, live_through
from tests.terraform.blocks import NO_SOURCE


def rule(protocol: str, port: int) -> dict[str, Any]:
    span = {"protocol": protocol, "from_port": port, "to_port": port}
    return {**NO_SOURCE, **span, "cidr_blocks": ["10.0.0.0/8"]}


def resources(port: int) -> Blocks:
    group = {"vpc_id": "${aws_vpc.main.id}", "description": "of a test"}
    return {
        "aws_vpc": {"main": {"cidr_block": "10.5.0.0/16"}},
        "aws_security_group": {
            "inline": {
                **group,
                "name": "inline",
                "ingress": [rule("6", port), rule("17", 53), rule("tcp", 443)],
                "egress": [rule("6", port)],
            },
            "apart": {**group, "name": "apart"},
            "single": {**group, "name": "single"},
        },
        "aws_security_group_rule": {
            "tcp": {
                "type": "ingress",
                "security_group_id": "${aws_security_group.apart.id}",
                "protocol": "6",
                "from_port": 80,
                "to_port": 80,
                "cidr_blocks": ["10.0.0.0/8"],
            }
        },
        "aws_vpc_security_group_ingress_rule": {
            "udp": {
                "security_group_id": "${aws_security_group.single.id}",
                "ip_protocol": "17",
                "from_port": 53,
                "to_port": 53,
                "cidr_ipv4": "10.0.0.0/8",
            }
        },
    }


def test_a_protocol_by_number_is_its_name(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN groups with rules of the protocols 6 and 17
    WHEN they are created, changed and destroyed
    THEN every plan is empty, and EC2 shows tcp and udp.
    """

    def look(state: int) -> None:
        (group,) = aws.ec2.describe_security_groups(
            Filters=[{"Name": "group-name", "Values": ["inline"]}]
        )["SecurityGroups"]
        found = {(each["IpProtocol"], each["FromPort"]) for each in group["IpPermissions"]}
        assert found == {("tcp", (80, 8080)[state]), ("udp", 53), ("tcp", 443)}

    live_through(tmp_path, environment, resources(80), resources(8080), look=look)
