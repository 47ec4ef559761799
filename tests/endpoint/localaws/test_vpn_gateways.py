# SPDX-License-Identifier: Apache-2.0
"""VPN and customer gateways: which route tables have propagated routes, and names of devices."""

from __future__ import annotations

from functools import partial

import pytest

from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def vpc(aws: Account) -> str:
    return aws.another_vpc()


@pytest.fixture
def table(aws: Account, vpc: str) -> str:
    return aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]


@pytest.fixture
def gateway(aws: Account) -> str:
    return aws.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]


def propagating(aws: Account, table: str) -> list[str]:
    (shown,) = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return [each["GatewayId"] for each in shown.get("PropagatingVgws", [])]


def test_route_propagation_is_enabled_and_disabled(
    aws: Account, vpc: str, table: str, gateway: str
) -> None:
    aws.ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    assert propagating(aws, table) == []
    for _ in range(2):
        aws.ec2.enable_vgw_route_propagation(GatewayId=gateway, RouteTableId=table)
    assert propagating(aws, table) == [gateway]
    aws.ec2.disable_vgw_route_propagation(GatewayId=gateway, RouteTableId=table)
    assert propagating(aws, table) == []


def test_only_an_attached_gateway_propagates_routes(
    aws: Account, vpc: str, table: str, gateway: str
) -> None:
    def enable() -> object:
        return aws.ec2.enable_vgw_route_propagation(GatewayId=gateway, RouteTableId=table)

    assert refused(enable)[0] == "Gateway.NotAttached"
    aws.ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    enable()
    aws.ec2.detach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    assert propagating(aws, table) == []
    assert refused(enable)[0] == "Gateway.NotAttached"


def test_gateway_and_table_have_to_exist(aws: Account, vpc: str, table: str, gateway: str) -> None:
    aws.ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=vpc)
    for wanted, other_gateway, other_table in (
        ("InvalidVpnGatewayID.NotFound", "vgw-01234567", table),
        ("InvalidRouteTableID.NotFound", gateway, "rtb-01234567"),
    ):
        for call in (
            aws.ec2.enable_vgw_route_propagation,
            aws.ec2.disable_vgw_route_propagation,
        ):
            code, _, _ = refused(partial(call, GatewayId=other_gateway, RouteTableId=other_table))
            assert code == wanted


def test_a_customer_gateway_has_its_device_name(aws: Account) -> None:
    certificate = "arn:aws:acm:ap-northeast-1:123456789012:certificate/x"
    made = aws.ec2.create_customer_gateway(
        Type="ipsec.1",
        BgpAsn=65112,
        IpAddress="192.0.2.1",
        DeviceName="office",
        CertificateArn=certificate,
    )["CustomerGateway"]
    (shown,) = aws.ec2.describe_customer_gateways(CustomerGatewayIds=[made["CustomerGatewayId"]])[
        "CustomerGateways"
    ]
    for each in (made, shown):
        assert (each["DeviceName"], each["CertificateArn"]) == ("office", certificate)
        assert each["BgpAsn"] == "65112"


def test_a_customer_gateway_has_a_long_number_of_its_network(aws: Account) -> None:
    made = aws.ec2.create_customer_gateway(
        Type="ipsec.1", BgpAsnExtended=4294967294, IpAddress="192.0.2.1"
    )["CustomerGateway"]
    assert made["BgpAsnExtended"] == "4294967294"
    assert "DeviceName" not in made
