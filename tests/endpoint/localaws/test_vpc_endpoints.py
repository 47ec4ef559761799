# SPDX-License-Identifier: Apache-2.0
"""VPC endpoints: the interfaces of those that have some, the routes of gateways, options."""

from __future__ import annotations

import ipaddress
from typing import Any

from tests.endpoint.localaws.account import Account, refused


def network(aws: Account) -> tuple[str, list[str]]:
    """A VPC and two subnets in it."""
    vpc = aws.another_vpc()
    cidrs = ("10.1.0.0/28", "10.1.1.0/28")
    made = [aws.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"] for cidr in cidrs]
    return vpc, [subnet["SubnetId"] for subnet in made]


def interfaces(aws: Account, vpc: str) -> list[Any]:
    of_vpc: Any = [{"Name": "vpc-id", "Values": [vpc]}]
    return aws.ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]


def interface_endpoint(aws: Account, vpc: str, **more: Any) -> Any:
    return aws.ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{aws.region}.logs",
        VpcEndpointType="Interface",
        **more,
    )["VpcEndpoint"]


def test_an_interface_is_in_its_subnet_and_in_the_groups_of_the_endpoint(aws: Account) -> None:
    vpc, subnets = network(aws)
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    made = interface_endpoint(aws, vpc, SubnetIds=subnets[:1], SecurityGroupIds=[group])
    (eni,) = interfaces(aws, vpc)
    assert made["NetworkInterfaceIds"] == [eni["NetworkInterfaceId"]]
    assert ipaddress.ip_address(eni["PrivateIpAddress"]) in ipaddress.ip_network("10.1.0.0/28")
    assert [each["GroupId"] for each in eni["Groups"]] == [group]
    assert eni["Description"] == f"VPC Endpoint Interface {made['VpcEndpointId']}"
    assert (eni["Status"], eni["RequesterManaged"]) == ("in-use", True)


def test_the_default_group_stands_in_for_none(aws: Account) -> None:
    vpc, subnets = network(aws)
    made = interface_endpoint(aws, vpc, SubnetIds=subnets)
    assert [each["GroupName"] for each in made["Groups"]] == ["default"]


def test_interfaces_follow_the_subnets_and_groups(aws: Account) -> None:
    vpc, subnets = network(aws)
    group = aws.ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    made = interface_endpoint(aws, vpc, SubnetIds=subnets[:1])
    aws.ec2.modify_vpc_endpoint(
        VpcEndpointId=made["VpcEndpointId"],
        AddSubnetIds=subnets[1:],
        RemoveSubnetIds=subnets[:1],
        AddSecurityGroupIds=[group],
        RemoveSecurityGroupIds=[each["GroupId"] for each in made["Groups"]],
    )
    (eni,) = interfaces(aws, vpc)
    assert eni["SubnetId"] == subnets[1]
    assert [each["GroupId"] for each in eni["Groups"]] == [group]
    aws.ec2.delete_subnet(SubnetId=subnets[0])


def routes(aws: Account, table: str) -> set[str]:
    (found,) = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return {route["GatewayId"] for route in found["Routes"]} - {"local"}


def test_routes_follow_the_tables_of_a_gateway_endpoint(aws: Account) -> None:
    vpc, _ = network(aws)
    one, two, three = (
        aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(3)
    )
    id_ = aws.ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{aws.region}.s3", RouteTableIds=[one]
    )["VpcEndpoint"]["VpcEndpointId"]
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=id_, AddRouteTableIds=[two, three])
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=id_, RemoveRouteTableIds=[one])
    assert [routes(aws, table) for table in (one, two, three)] == [set(), {id_}, {id_}]
    aws.ec2.delete_route_table(RouteTableId=three)
    (shown,) = aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
    assert shown["RouteTableIds"] == [two]
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[id_])
    assert routes(aws, two) == set()


def test_a_deleted_endpoint_is_not_found(aws: Account) -> None:
    vpc, subnets = network(aws)
    id_ = interface_endpoint(aws, vpc, SubnetIds=subnets)["VpcEndpointId"]
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[id_])
    assert interfaces(aws, vpc) == []
    code, _, _ = refused(lambda: aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[id_]))
    assert code == "InvalidVpcEndpointId.NotFound"


def described(aws: Account, id_: str) -> Any:
    (found,) = aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
    return found


def test_an_interface_endpoint_has_ipv4_addresses_and_a_records_by_default(aws: Account) -> None:
    vpc, subnets = network(aws)
    made = interface_endpoint(aws, vpc, SubnetIds=subnets)
    for shown in (made, described(aws, made["VpcEndpointId"])):
        assert shown["IpAddressType"] == "ipv4"
        assert shown["DnsOptions"] == {
            "DnsRecordIpType": "ipv4",
            "PrivateDnsOnlyForInboundResolverEndpoint": False,
        }


def test_a_gateway_endpoint_has_no_dns_options(aws: Account) -> None:
    vpc, _ = network(aws)
    id_ = aws.ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{aws.region}.s3", VpcEndpointType="Gateway"
    )["VpcEndpoint"]["VpcEndpointId"]
    assert not {"IpAddressType", "DnsOptions"} & described(aws, id_).keys()


def test_the_options_of_an_endpoint_are_kept_and_modified(aws: Account) -> None:
    vpc, subnets = network(aws)
    made = interface_endpoint(
        aws,
        vpc,
        SubnetIds=subnets,
        IpAddressType="dualstack",
        DnsOptions={"DnsRecordIpType": "ipv4"},
        PrivateDnsEnabled=False,
    )
    id_ = made["VpcEndpointId"]
    assert (made["IpAddressType"], made["DnsOptions"]["DnsRecordIpType"]) == ("dualstack", "ipv4")
    aws.ec2.modify_vpc_endpoint(
        VpcEndpointId=id_, DnsOptions={"DnsRecordIpType": "dualstack"}, PrivateDnsEnabled=True
    )
    shown = described(aws, id_)
    assert shown["IpAddressType"] == "dualstack"
    assert shown["DnsOptions"]["DnsRecordIpType"] == "dualstack"
    assert shown["PrivateDnsEnabled"] is True
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=id_, IpAddressType="ipv4")
    assert described(aws, id_)["IpAddressType"] == "ipv4"


def test_the_policy_of_an_endpoint_is_reset(aws: Account) -> None:
    vpc, subnets = network(aws)
    made = interface_endpoint(aws, vpc, SubnetIds=subnets)
    id_ = made["VpcEndpointId"]
    own = '{"Version": "2012-10-17", "Statement": []}'
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=id_, PolicyDocument=own)
    assert described(aws, id_)["PolicyDocument"] == own
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=id_, ResetPolicy=True)
    assert described(aws, id_)["PolicyDocument"] == made["PolicyDocument"]


def test_an_endpoint_service_takes_its_tags_along(aws: Account) -> None:
    tags: Any = [{"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": "a", "Value": "b"}]}]
    balancer = aws.client("elbv2").create_load_balancer(
        Name="service", Type="network", Scheme="internal", Subnets=[*aws.subnets()]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    id_ = aws.ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer], TagSpecifications=tags
    )["ServiceConfiguration"]["ServiceId"]
    of_service: Any = [{"Name": "resource-id", "Values": [id_]}]
    assert len(aws.ec2.describe_tags(Filters=of_service)["Tags"]) == 1
    aws.ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[id_])
    assert aws.ec2.describe_tags(Filters=of_service)["Tags"] == []
