# SPDX-License-Identifier: Apache-2.0
"""Networks: interfaces go with what has them, and ACLs are shown as they were asked for."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused

CIDR = "10.1.0.0/28"


@pytest.fixture
def subnet(aws: Account) -> str:
    """A small subnet in a VPC of its own."""
    return aws.ec2.create_subnet(VpcId=aws.another_vpc(), CidrBlock=CIDR)["Subnet"]["SubnetId"]


def nat_gateway(aws: Account, subnet: str) -> Any:
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    return aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]


def interfaces(aws: Account, subnet: str) -> list[Any]:
    in_subnet: Any = [{"Name": "subnet-id", "Values": [subnet]}]
    return aws.ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"]


def test_a_nat_gateway_has_an_interface_in_its_subnet(aws: Account, subnet: str) -> None:
    gateway = nat_gateway(aws, subnet)
    (eni,) = interfaces(aws, subnet)
    (address,) = gateway["NatGatewayAddresses"]
    assert address["NetworkInterfaceId"] == eni["NetworkInterfaceId"]
    assert address["PrivateIp"] == eni["PrivateIpAddress"]
    assert ipaddress.ip_address(address["PrivateIp"]) in ipaddress.ip_network(CIDR)
    assert (eni["InterfaceType"], eni["Status"]) == ("nat_gateway", "in-use")
    assert eni["Description"] == f"Interface for NAT Gateway {gateway['NatGatewayId']}"
    code, _, _ = refused(
        lambda: aws.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    )
    assert code == "InvalidParameterValue"
    code, _, _ = refused(lambda: aws.ec2.delete_subnet(SubnetId=subnet))
    assert code == "DependencyViolation"


def test_a_nat_gateway_takes_its_interface_along_and_frees_its_address(
    aws: Account, subnet: str
) -> None:
    gateway = nat_gateway(aws, subnet)
    aws.ec2.delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])
    assert interfaces(aws, subnet) == []
    allocation = gateway["NatGatewayAddresses"][0]["AllocationId"]
    (address,) = aws.ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
    assert "AssociationId" not in address
    aws.ec2.release_address(AllocationId=allocation)
    aws.ec2.delete_subnet(SubnetId=subnet)


def test_a_full_subnet_has_no_place_for_a_nat_gateway(aws: Account, subnet: str) -> None:
    """Of the sixteen addresses AWS reserves five."""
    for _ in range(11):
        nat_gateway(aws, subnet)
    code, _, _ = refused(lambda: nat_gateway(aws, subnet))
    assert code == "InsufficientFreeAddressesInSubnet"
    assert len(interfaces(aws, subnet)) == 11


def test_an_interface_endpoint_takes_its_interface_along(aws: Account, subnet: str) -> None:
    vpc = aws.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    endpoint = aws.ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{aws.region}.ecr.api",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
    )["VpcEndpoint"]["VpcEndpointId"]
    assert len(interfaces(aws, subnet)) == 1
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    aws.ec2.delete_subnet(SubnetId=subnet)


def test_an_instance_takes_its_primary_interface_along(aws: Account) -> None:
    subnet = next(iter(aws.subnets()))
    own = aws.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    named: Any = [{"DeviceIndex": 0, "NetworkInterfaceId": own["NetworkInterfaceId"]}]

    def interfaces() -> set[str]:
        found = aws.ec2.describe_network_interfaces(
            Filters=[{"Name": "subnet-id", "Values": [subnet]}]
        )["NetworkInterfaces"]
        return {each["NetworkInterfaceId"] for each in found}

    before = interfaces()
    ids = [
        aws.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, **where)["Instances"][
            0
        ]["InstanceId"]
        for where in ({"SubnetId": subnet}, {"NetworkInterfaces": named})
    ]
    assert len(interfaces()) == len(before) + 1
    aws.ec2.terminate_instances(InstanceIds=ids)
    assert interfaces() == before, "one that was there before the instance stays"


def test_an_entry_of_a_network_acl_has_its_icmp_type_and_code(aws: Account) -> None:
    acl = aws.ec2.create_network_acl(VpcId=aws.vpc)["NetworkAcl"]["NetworkAclId"]
    entry: Any = {
        "NetworkAclId": acl,
        "RuleNumber": 110,
        "Protocol": "1",
        "RuleAction": "allow",
        "Egress": False,
        "CidrBlock": "10.0.0.0/8",
    }

    def shown() -> Any:
        (found,) = aws.ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
        return found["Entries"][-1]["IcmpTypeCode"]

    aws.ec2.create_network_acl_entry(**entry, IcmpTypeCode={"Type": -1, "Code": -1})
    assert shown() == {"Type": -1, "Code": -1}
    aws.ec2.replace_network_acl_entry(**entry, IcmpTypeCode={"Type": 8, "Code": 0})
    assert shown() == {"Type": 8, "Code": 0}
