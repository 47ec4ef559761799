# SPDX-License-Identifier: Apache-2.0
"""NAT gateways: the addresses that they are asked to have, and secondary ones that come and go."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def subnet(aws: Account) -> str:
    """A small subnet in a VPC of its own."""
    return aws.ec2.create_subnet(VpcId=aws.another_vpc(), CidrBlock="10.1.0.0/28")["Subnet"][
        "SubnetId"
    ]


def elastic(aws: Account) -> str:
    return aws.ec2.allocate_address(Domain="vpc")["AllocationId"]


def private(aws: Account, subnet: str, **more: Any) -> str:
    made = aws.ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", **more)
    return made["NatGateway"]["NatGatewayId"]


def addresses(aws: Account, id_: str) -> list[Any]:
    (found,) = aws.ec2.describe_nat_gateways(NatGatewayIds=[id_])["NatGateways"]
    return found["NatGatewayAddresses"]


def private_addresses(aws: Account, id_: str) -> list[str]:
    return [each["PrivateIp"] for each in addresses(aws, id_)]


def interface_addresses(aws: Account, subnet: str) -> dict[str, bool]:
    """Of the one interface in the subnet: whether each address is the primary one."""
    in_subnet: Any = [{"Name": "subnet-id", "Values": [subnet]}]
    (eni,) = aws.ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"]
    return {each["PrivateIpAddress"]: each["Primary"] for each in eni["PrivateIpAddresses"]}


def test_a_nat_gateway_has_the_address_that_it_is_asked_for(aws: Account, subnet: str) -> None:
    id_ = private(aws, subnet, PrivateIpAddress="10.1.0.9")
    (shown,) = addresses(aws, id_)
    assert shown["PrivateIp"] == "10.1.0.9"
    assert (shown["IsPrimary"], shown["Status"]) == (True, "succeeded")
    assert interface_addresses(aws, subnet) == {"10.1.0.9": True}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.0.9", "InvalidIPAddress.InUse"),
        ("10.1.0.3", "InvalidParameterValue"),  # AWS reserves it
        ("10.1.0.15", "InvalidParameterValue"),
        ("10.2.0.9", "InvalidParameterValue"),
        ("nine", "InvalidParameterValue"),
    ],
)
def test_the_address_has_to_be_free_and_of_the_subnet(
    aws: Account, subnet: str, address: str, expected: str
) -> None:
    private(aws, subnet, PrivateIpAddress="10.1.0.9")
    code, _, _ = refused(lambda: private(aws, subnet, PrivateIpAddress=address))
    assert code == expected
    assert interface_addresses(aws, subnet) == {"10.1.0.9": True}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"SecondaryPrivateIpAddresses": ["10.1.0.9"]}, "InvalidIPAddress.InUse"),
        ({"SecondaryPrivateIpAddressCount": 32}, "InvalidParameterValue"),
        ({"SecondaryPrivateIpAddressCount": -1}, "InvalidParameterValue"),
    ],
)
def test_secondary_addresses_are_others_and_at_most_31(
    aws: Account, subnet: str, more: Any, expected: str
) -> None:
    code, _, _ = refused(lambda: private(aws, subnet, PrivateIpAddress="10.1.0.9", **more))
    assert code == expected
    aws.ec2.delete_subnet(SubnetId=subnet)


def test_secondary_private_addresses_are_assigned_and_unassigned(aws: Account, subnet: str) -> None:
    id_ = private(
        aws,
        subnet,
        PrivateIpAddress="10.1.0.9",
        SecondaryPrivateIpAddresses=["10.1.0.10", "10.1.0.11"],
    )
    assert [each["IsPrimary"] for each in addresses(aws, id_)] == [True, False, False]
    aws.ec2.unassign_private_nat_gateway_address(NatGatewayId=id_, PrivateIpAddresses=["10.1.0.10"])
    assert private_addresses(aws, id_) == ["10.1.0.9", "10.1.0.11"]
    aws.ec2.assign_private_nat_gateway_address(NatGatewayId=id_, PrivateIpAddresses=["10.1.0.12"])
    assert interface_addresses(aws, subnet) == {
        "10.1.0.9": True,
        "10.1.0.11": False,
        "10.1.0.12": False,
    }
    code, _, _ = refused(
        lambda: aws.ec2.unassign_private_nat_gateway_address(
            NatGatewayId=id_, PrivateIpAddresses=["10.1.0.9"]
        )
    )
    assert code == "InvalidParameterValue", "the primary address stays"


def test_a_number_of_secondary_addresses_is_chosen_by_aws(aws: Account, subnet: str) -> None:
    id_ = private(aws, subnet, SecondaryPrivateIpAddressCount=2)
    aws.ec2.assign_private_nat_gateway_address(NatGatewayId=id_, PrivateIpAddressCount=3)
    assert len({*private_addresses(aws, id_)}) == 6
    code, _, _ = refused(
        lambda: aws.ec2.assign_private_nat_gateway_address(
            NatGatewayId=id_, PrivateIpAddressCount=6
        )
    )
    assert code == "InsufficientFreeAddressesInSubnet", "of 16 AWS reserves 5"
    assert len(private_addresses(aws, id_)) == 6


def test_secondary_elastic_addresses_are_associated_and_disassociated(
    aws: Account, subnet: str
) -> None:
    one, two, three = (elastic(aws) for _ in range(3))
    made = aws.ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=one, SecondaryAllocationIds=[two]
    )["NatGateway"]
    id_ = made["NatGatewayId"]
    assert made["ConnectivityType"] == "public"
    reply = aws.ec2.associate_nat_gateway_address(NatGatewayId=id_, AllocationIds=[three])
    assert reply["NatGatewayAddresses"][0]["Status"] == "associating"
    shown = {each["AllocationId"]: each for each in addresses(aws, id_)}
    assert [*shown] == [one, two, three]
    assert len({each["PublicIp"] for each in shown.values()}) == 3

    second = shown[two]["AssociationId"]
    aws.ec2.disassociate_nat_gateway_address(NatGatewayId=id_, AssociationIds=[second])
    assert [each["AllocationId"] for each in addresses(aws, id_)] == [one, three]
    aws.ec2.release_address(AllocationId=two)
    aws.ec2.delete_nat_gateway(NatGatewayId=id_)
    for each in (one, three):
        aws.ec2.release_address(AllocationId=each)
    aws.ec2.delete_subnet(SubnetId=subnet)


def test_the_interface_shows_the_public_address_of_its_primary_one(
    aws: Account, subnet: str
) -> None:
    one, two = elastic(aws), elastic(aws)
    id_ = aws.ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=one, SecondaryAllocationIds=[two]
    )["NatGateway"]["NatGatewayId"]
    first, _ = addresses(aws, id_)
    in_subnet: Any = [{"Name": "subnet-id", "Values": [subnet]}]
    (eni,) = aws.ec2.describe_network_interfaces(Filters=in_subnet)["NetworkInterfaces"]
    assert eni["Association"]["PublicIp"] == first["PublicIp"]
    assert eni["PrivateIpAddress"] == first["PrivateIp"]


def test_an_elastic_address_has_one_gateway(aws: Account, subnet: str) -> None:
    one, two = elastic(aws), elastic(aws)
    id_ = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=one)["NatGateway"][
        "NatGatewayId"
    ]
    for call in (
        lambda: aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=one),
        lambda: aws.ec2.associate_nat_gateway_address(NatGatewayId=id_, AllocationIds=[one]),
        lambda: aws.ec2.associate_nat_gateway_address(NatGatewayId=id_, AllocationIds=[two, two]),
    ):
        code, _, _ = refused(call)
        assert code == "Resource.AlreadyAssociated"
    assert len(addresses(aws, id_)) == 1
    assert len(interface_addresses(aws, subnet)) == 1, "nothing is left of what was refused"


def test_an_elastic_address_stays_with_its_gateway(aws: Account, subnet: str) -> None:
    one, two = elastic(aws), elastic(aws)
    id_ = aws.ec2.create_nat_gateway(
        SubnetId=subnet, AllocationId=one, SecondaryAllocationIds=[two]
    )["NatGateway"]["NatGatewayId"]
    for shown in addresses(aws, id_):
        for call in (
            partial(aws.ec2.disassociate_address, AssociationId=shown["AssociationId"]),
            partial(aws.ec2.release_address, AllocationId=shown["AllocationId"]),
        ):
            code, _, _ = refused(call)
            assert code == "AuthFailure"
    assert [each["AllocationId"] for each in addresses(aws, id_)] == [one, two]


def test_a_gateway_that_is_not_there_has_no_addresses(aws: Account, subnet: str) -> None:
    id_ = private(aws, subnet)
    aws.ec2.delete_nat_gateway(NatGatewayId=id_)
    for gateway in (id_, "nat-0123456789abcdef0"):
        assign = partial(aws.ec2.assign_private_nat_gateway_address, NatGatewayId=gateway)
        code, _, _ = refused(partial(assign, PrivateIpAddressCount=1))
        assert code == "NatGatewayNotFound"
