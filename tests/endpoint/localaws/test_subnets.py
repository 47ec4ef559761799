# SPDX-License-Identifier: Apache-2.0
"""Subnets: their IPv6 networks, and attributes of what is launched in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


def subnet(aws: Account, id_: str) -> Any:
    (found,) = aws.ec2.describe_subnets(SubnetIds=[id_])["Subnets"]
    return found


def test_a_new_subnet_has_ip_names_and_no_dns64(aws: Account) -> None:
    made = aws.ec2.create_subnet(VpcId=aws.another_vpc(), CidrBlock="10.1.0.0/24")["Subnet"]
    for shown in (made, subnet(aws, made["SubnetId"])):
        assert shown["EnableDns64"] is False
        assert shown["MapCustomerOwnedIpOnLaunch"] is False
        assert shown["PrivateDnsNameOptionsOnLaunch"] == {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        }


def test_an_ipv6_only_subnet_has_resource_names(aws: Account) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    made = aws.ec2.create_subnet(VpcId=vpc["VpcId"], Ipv6CidrBlock=block, Ipv6Native=True)["Subnet"]
    assert made["PrivateDnsNameOptionsOnLaunch"]["HostnameType"] == "resource-name"


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    ("parameter", "shown"),
    [
        ("EnableDns64", "EnableDns64"),
        ("MapPublicIpOnLaunch", "MapPublicIpOnLaunch"),
        ("MapCustomerOwnedIpOnLaunch", "MapCustomerOwnedIpOnLaunch"),
        ("EnableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsARecord"),
        ("EnableResourceNameDnsAAAARecordOnLaunch", "EnableResourceNameDnsAAAARecord"),
    ],
)
def test_each_attribute_is_modified(
    aws: Account, parameter: str, shown: str, *, value: bool
) -> None:
    id_ = next(iter(aws.subnets()))
    for each in (not value, value):
        attribute: Any = {parameter: {"Value": each}}
        aws.ec2.modify_subnet_attribute(SubnetId=id_, **attribute)
    found = subnet(aws, id_)
    assert {**found, **found["PrivateDnsNameOptionsOnLaunch"]}[shown] is value


def test_the_type_of_host_names_is_modified(aws: Account) -> None:
    id_ = next(iter(aws.subnets()))
    aws.ec2.modify_subnet_attribute(SubnetId=id_, PrivateDnsHostnameTypeOnLaunch="resource-name")
    options = subnet(aws, id_)["PrivateDnsNameOptionsOnLaunch"]
    assert options["HostnameType"] == "resource-name"
    assert options["EnableResourceNameDnsARecord"] is False


def test_local_network_interfaces_are_enabled_and_disabled(aws: Account) -> None:
    id_ = next(iter(aws.subnets()))
    aws.ec2.modify_subnet_attribute(SubnetId=id_, EnableLniAtDeviceIndex=1)
    assert subnet(aws, id_)["EnableLniAtDeviceIndex"] == 1
    aws.ec2.modify_subnet_attribute(SubnetId=id_, DisableLniAtDeviceIndex={"Value": True})
    assert "EnableLniAtDeviceIndex" not in subnet(aws, id_)


def test_the_subnet_has_to_exist(aws: Account) -> None:
    code, _, _ = refused(
        lambda: aws.ec2.modify_subnet_attribute(
            SubnetId="subnet-0123456789abcdef0", EnableDns64={"Value": True}
        )
    )
    assert code == "InvalidSubnetID.NotFound"
