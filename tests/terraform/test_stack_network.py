# SPDX-License-Identifier: Apache-2.0
"""Networks as VPC modules make them: NAT gateways, endpoints, ACLs and flow logs."""

from pathlib import Path
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from tests.support.hcl_stack import hcl_stack
from tests.terraform.inventory import contents
from tests.terraform.seen import not_kept

ONE: dict[str, Any] = {
    "cidr": "10.20.0.0/16",
    "nat": "single",
    "nat_secondary": True,
    "flow_log": "cloud-watch-logs",
    "endpoints": ["ecr.api", "ecr.dkr", "logs", "ssm"],
}
TWO: dict[str, Any] = {
    "cidr": "10.21.0.0/16",
    "nat": "zone",
    "private_nat_hosts": [10, 11, 12],
    "flow_log": "s3",
    "acl": True,
    "ipv6": True,
}


def test_networks_with_nat_endpoints_and_flow_logs(
    environment: dict[str, str], aws: AwsClients, tmp_path: Path
) -> None:
    """GIVEN nothing but an empty account
    WHEN two networks are created, one grows a NAT gateway for each zone, secondary addresses of
        gateways come and go, and the networks are destroyed
    THEN every plan is empty, and nothing is left.
    """
    before = contents(aws)
    with hcl_stack("network", tmp_path, environment) as stack:
        stack.apply(networks={"one": ONE, "two": TWO})
        assert stack.outputs["nat_addresses"] == {"one": 1, "two": 2}
        logs = aws.ec2.describe_flow_logs()["FlowLogs"]
        assert sorted(log["LogDestinationType"] for log in logs) == ["cloud-watch-logs", "s3"]
        assert {log["FlowLogStatus"] for log in logs} == {"ACTIVE"}
        assert {log["DeliverLogsStatus"] for log in logs} == {"SUCCESS"}

        one = {**ONE, "nat": "zone", "flow_log": None, "endpoints": ["logs", "ssm", "sqs"]}
        two = {**TWO, "nat": "none", "private_nat_hosts": [10, 11, 13]}
        stack.apply(networks={"one": {**one, "nat_secondary": False}, "two": two})
        assert stack.outputs["nat_addresses"] == {"one": 2, "two": 0}
        assert not_kept() == []
    assert contents(aws) == before
