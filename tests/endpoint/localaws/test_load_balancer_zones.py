# SPDX-License-Identifier: Apache-2.0
"""Load balancers in their zones: one or more, at addresses that the user has chosen."""

from __future__ import annotations

import ipaddress
from functools import partial
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account, refused


@pytest.fixture
def elb(aws: Account) -> Any:
    return aws.client("elbv2")


def create(elb: Any, mappings: list[Any], **more: Any) -> str:
    asked: Any = {"Name": "web", "Type": "network", "SubnetMappings": mappings, **more}
    made = elb.create_load_balancer(**asked)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def zones(elb: Any) -> dict[str, list[Any]]:
    """The addresses that each subnet shows."""
    (shown,) = elb.describe_load_balancers(Names=["web"])["LoadBalancers"]
    return {each["SubnetId"]: each["LoadBalancerAddresses"] for each in shown["AvailabilityZones"]}


def interfaces(aws: Account) -> dict[str, Any]:
    """The load balancer's network interfaces by subnet."""
    mine: Any = [{"Name": "description", "Values": ["ELB net/web/*"]}]
    found = aws.ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]
    return {each["SubnetId"]: each for each in found}


def private(aws: Account) -> dict[str, str]:
    """An address of each private subnet."""
    return {id_: str(ipaddress.ip_network(cidr)[15]) for id_, cidr in aws.subnets().items()}


def mapped(addresses: dict[str, str]) -> list[Any]:
    return [{"SubnetId": id_, "PrivateIPv4Address": each} for id_, each in addresses.items()]


def test_its_interfaces_have_the_private_addresses_that_it_shows(aws: Account, elb: Any) -> None:
    asked = private(aws)
    create(elb, mapped(asked), Scheme="internal")
    assert zones(elb) == {id_: [{"PrivateIPv4Address": each}] for id_, each in asked.items()}
    assert {id_: eni["PrivateIpAddress"] for id_, eni in interfaces(aws).items()} == asked


def test_its_interfaces_have_the_elastic_addresses_until_it_goes(aws: Account, elb: Any) -> None:
    subnet = next(iter(aws.subnets("public")))
    made = aws.ec2.allocate_address(Domain="vpc")
    arn = create(elb, [{"SubnetId": subnet, "AllocationId": made["AllocationId"]}])
    shown = {"AllocationId": made["AllocationId"], "IpAddress": made["PublicIp"]}
    assert zones(elb) == {subnet: [shown]}

    def address() -> Any:
        return aws.ec2.describe_addresses(AllocationIds=[made["AllocationId"]])["Addresses"][0]

    assert address()["NetworkInterfaceId"] == interfaces(aws)[subnet]["NetworkInterfaceId"]
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert address().get("AssociationId") is None
    assert interfaces(aws) == {}


def test_one_without_chosen_addresses_shows_none(aws: Account, elb: Any) -> None:
    create(elb, [{"SubnetId": id_} for id_ in aws.subnets()])
    assert zones(elb) == {id_: [] for id_ in aws.subnets()}


def test_a_network_load_balancer_goes_into_another_zone_and_back(aws: Account, elb: Any) -> None:
    asked = private(aws)
    (first, second), subnets = mapped(asked), [*asked]
    arn = create(elb, [first], Scheme="internal")
    kept = interfaces(aws)[subnets[0]]["NetworkInterfaceId"]
    reply = elb.set_subnets(LoadBalancerArn=arn, SubnetMappings=[first, second])
    assert len(reply["AvailabilityZones"]) == len(interfaces(aws)) == len(zones(elb)) == 2
    elb.set_subnets(LoadBalancerArn=arn, SubnetMappings=[first])
    assert zones(elb) == {subnets[0]: [{"PrivateIPv4Address": asked[subnets[0]]}]}
    assert {id_: eni["NetworkInterfaceId"] for id_, eni in interfaces(aws).items()} == {
        subnets[0]: kept
    }


def test_another_load_balancer_needs_two_zones(aws: Account, elb: Any) -> None:
    subnets = [*aws.subnets()]
    made = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    code, _, _ = refused(lambda: elb.set_subnets(LoadBalancerArn=arn, Subnets=subnets[:1]))
    assert code == "InvalidConfigurationRequest"


def test_an_address_that_cannot_be_had_is_refused(aws: Account, elb: Any) -> None:
    subnet, address = next(iter(private(aws).items()))
    (mapping,) = mapped({subnet: address})
    aws.ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=address)
    used = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    create(elb, [{"SubnetId": subnet, "AllocationId": used}])
    for wrong, expected in (
        (mapping, "InvalidConfigurationRequest"),
        ({"SubnetId": subnet, "PrivateIPv4Address": "192.0.2.1"}, "InvalidConfigurationRequest"),
        ({"SubnetId": subnet, "AllocationId": "eipalloc-0"}, "AllocationIdNotFound"),
        ({"SubnetId": subnet, "AllocationId": used}, "ResourceInUse"),
    ):
        code, _, status = refused(partial(create, elb, [wrong], Name="other"))
        assert (code, status) == (expected, 400)
    assert len(elb.describe_load_balancers()["LoadBalancers"]) == 1


def test_https_listeners_say_how_they_authenticate_clients(aws: Account, elb: Any) -> None:
    made = elb.create_load_balancer(Name="web", Subnets=[*aws.subnets()])["LoadBalancers"][0]
    certificate = aws.client("acm").request_certificate(DomainName="web.example.com")
    common: Any = {
        "LoadBalancerArn": made["LoadBalancerArn"],
        "DefaultActions": [
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
        ],
    }
    https: Any = {
        "Protocol": "HTTPS",
        "Certificates": [{"CertificateArn": certificate["CertificateArn"]}],
    }
    elb.create_listener(Protocol="HTTP", Port=80, **common)
    elb.create_listener(Port=443, **https, **common)
    elb.create_listener(Port=8443, MutualAuthentication={"Mode": "passthrough"}, **https, **common)

    def shown() -> dict[int, Any]:
        found = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
        return {each["Port"]: each.get("MutualAuthentication") for each in found}

    assert shown() == {80: None, 443: {"Mode": "off"}, 8443: {"Mode": "passthrough"}}
    found = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
    arn = next(each["ListenerArn"] for each in found if each["Port"] == 8443)
    elb.modify_listener(ListenerArn=arn, SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
    assert shown()[8443] == {"Mode": "passthrough"}
    elb.modify_listener(ListenerArn=arn, MutualAuthentication={"Mode": "off"})
    assert shown()[8443] == {"Mode": "off"}


def test_a_network_load_balancers_groups_judge_private_link_unless_told_otherwise(
    aws: Account, elb: Any
) -> None:
    name = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=aws.vpc)["GroupId"]
    mappings = [{"SubnetId": id_} for id_ in aws.subnets()]
    arn = create(elb, mappings, SecurityGroups=[group])

    def shown() -> Any:
        return elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0][name]

    assert shown() == "on"
    reply = elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[group], **{name: "off"})
    assert (reply["SecurityGroupIds"], reply[name], shown()) == ([group], "off", "off")
