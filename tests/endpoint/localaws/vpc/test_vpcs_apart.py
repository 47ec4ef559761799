# SPDX-License-Identifier: Apache-2.0
"""Two VPCs with the same names and the same addresses do not mix: neither in DNS nor in HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.query
import dns.rcode
import pytest

from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import Account, address_of, refused, task_id

CIDR, SUBNET = "10.7.0.0/16", "10.7.8.0/24"
NAME = "api.shop.internal"
SECONDS = 20.0


def listed(endpoint: Endpoint) -> dict[str, dict[str, str]]:
    """The VPCs of the health page."""
    with urllib.request.urlopen(f"{endpoint.url}/_localstack/health") as reply:
        vpcs: dict[str, dict[str, str]] = json.load(reply)["vpcs"]
    return vpcs


@dataclass(frozen=True)
class OwnVpc:
    """A VPC that a user made, with what the health page says of it."""

    account: Account
    id: str
    subnet: str
    endpoint: Endpoint

    @property
    def entry(self) -> dict[str, str]:
        return listed(self.endpoint)[self.id]

    def ask(self, name: str) -> Any:
        host, _, port = self.entry["dns"].rpartition(":")
        return dns.query.udp(dns.message.make_query(name, "A"), host, SECONDS, int(port))

    def addresses(self, name: str = NAME) -> set[str]:
        return {str(item) for answer in self.ask(name).answer for item in answer}

    def get(self, url: str) -> tuple[int, str]:
        """The status, and the task that answered or why none did."""
        proxy = urllib.request.ProxyHandler({"http": self.entry["bastion"]})
        try:
            with urllib.request.build_opener(proxy).open(url, timeout=SECONDS) as reply:
                return reply.status, reply.headers["X-Task-Id"]
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def service(self, *cidrs: str, name: str = "api", desired: int = 1, **more: Any) -> Any:
        """A service of tasks that let these ranges in, registered as NAME; its last task."""
        group = self.account.ec2.create_security_group(
            GroupName=name, Description=name, VpcId=self.id
        )["GroupId"]
        for cidr in cidrs:
            self.account.ec2.authorize_security_group_ingress(
                GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=cidr
            )
        registry = self.account.service(self.account.namespace("shop.internal", vpc=self.id), name)
        network = self.account.network(self.subnet)
        network["awsvpcConfiguration"]["securityGroups"] = [group]
        self.account.ecs_service(
            registry, desired=desired, name=name, networkConfiguration=network, **more
        )
        self.account.steady(desired, name)
        return self.account.tasks(serviceName=name)[-1]


def own_vpc(account: Account, endpoint: Endpoint) -> OwnVpc:
    vpc = account.another_vpc(CIDR, hostnames=True)
    subnet = account.ec2.create_subnet(VpcId=vpc, CidrBlock=SUBNET)["Subnet"]["SubnetId"]
    return OwnVpc(account, vpc, subnet, endpoint)


@pytest.fixture
def here(aws: Account, endpoint: Endpoint) -> OwnVpc:
    return own_vpc(aws, endpoint)


@pytest.fixture
def abroad(aws: Account, endpoint: Endpoint) -> OwnVpc:
    return own_vpc(Account(aws.url, region="eu-west-1", key="111122223333"), endpoint)


@pytest.fixture
def no_waiting(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = EndpointSettings(
        tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02, drop_seconds=0.01
    )
    monkeypatch.setattr(runtime, "settings", quick)


def test_one_name_in_two_accounts_leads_to_each_one_s_tasks(here: OwnVpc, abroad: OwnVpc) -> None:
    tasks = {vpc: vpc.service(CIDR) for vpc in (here, abroad)}
    for vpc, task in tasks.items():
        assert vpc.addresses() == {address_of(task)}
        assert vpc.get(f"http://{NAME}/") == (200, task_id(task))
        assert vpc.get(f"http://{address_of(task)}/") == (200, task_id(task))


def test_one_name_in_two_vpcs_of_an_account(here: OwnVpc, aws: Account) -> None:
    other = own_vpc(aws, here.endpoint)
    task = here.service(CIDR)
    zone = aws.route53.create_hosted_zone(
        Name="shop.internal",
        CallerReference="1",
        VPC={"VPCRegion": aws.region, "VPCId": other.id},  # type: ignore[typeddict-item]
    )["HostedZone"]
    record: Any = {"Name": NAME, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.7.8.9"}]}
    aws.route53.change_resource_record_sets(
        HostedZoneId=zone["Id"],
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    assert (here.addresses(), other.addresses()) == ({address_of(task)}, {"10.7.8.9"})
    status, reason = other.get(f"http://{address_of(task)}/")
    assert (status, "nobody has the address" in reason) == (502, True)


def test_a_zone_of_two_vpcs_is_answered_in_each(here: OwnVpc, aws: Account) -> None:
    """Also when they are in two regions."""
    far = own_vpc(Account(aws.url, region="eu-west-1"), here.endpoint)
    task = here.service(CIDR)
    assert far.id not in listed(here.endpoint)
    (zone,) = aws.route53.list_hosted_zones()["HostedZones"]
    aws.route53.associate_vpc_with_hosted_zone(
        HostedZoneId=zone["Id"],
        VPC={"VPCRegion": "eu-west-1", "VPCId": far.id},
    )
    assert here.addresses() == far.addresses() == {address_of(task)}
    assert far.get(f"http://{NAME}/")[0] == 502, "it is known there, but nobody has the address"
    aws.route53.disassociate_vpc_from_hosted_zone(
        HostedZoneId=zone["Id"], VPC={"VPCRegion": "eu-west-1", "VPCId": far.id}
    )
    assert far.ask(NAME).rcode() == dns.rcode.REFUSED
    assert here.addresses() == {address_of(task)}


def test_a_zone_cannot_be_put_into_another_account_s_vpc(
    here: OwnVpc, abroad: OwnVpc, aws: Account
) -> None:
    foreign: Any = {"VPCRegion": "eu-west-1", "VPCId": abroad.id}
    code, _, status = refused(
        lambda: aws.route53.create_hosted_zone(
            Name="shop.internal", CallerReference="1", VPC=foreign
        )
    )
    assert (code, status) == ("InvalidVPCId", 400)
    aws.namespace("shop.internal", vpc=here.id)
    (zone,) = aws.route53.list_hosted_zones()["HostedZones"]
    code, _, status = refused(
        lambda: aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone["Id"], VPC=foreign)
    )
    assert (code, status) == ("NotAuthorizedException", 401)
    assert [each["VPCId"] for each in aws.route53.get_hosted_zone(Id=zone["Id"])["VPCs"]] == [
        here.id
    ]
    code, _, status = refused(
        lambda: aws.route53.create_vpc_association_authorization(
            HostedZoneId=zone["Id"], VPC=foreign
        )
    )
    assert (code, status) == ("NotImplemented", 501)


def test_the_bastion_has_an_address_of_its_own_vpc(here: OwnVpc, no_waiting: None) -> None:
    task = here.service("10.7.0.10/32")
    assert here.get(f"http://{NAME}/") == (200, task_id(task))
    far = own_vpc(Account(here.account.url, key="111122223333"), here.endpoint)
    far.service("10.0.0.10/32")
    status, reason = far.get(f"http://{NAME}/")
    assert (status, "lets 10.7.0.10 in" in reason) == (504, True)


def test_a_load_balancer_answers_in_its_own_vpc_only(here: OwnVpc, aws: Account) -> None:
    elb = aws.client("elbv2")
    task = here.service("0.0.0.0/0")
    target = elb.create_target_group(
        Name="api", Protocol="TCP", Port=80, VpcId=here.id, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    (made,) = elb.create_load_balancer(Name="api", Subnets=[here.subnet], Type="network")[
        "LoadBalancers"
    ]
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="TCP", Port=80, DefaultActions=forward
    )
    elb.register_targets(TargetGroupArn=target, Targets=[{"Id": address_of(task), "Port": 80}])
    url = f"http://{made['DNSName']}/"
    assert here.get(url) == (200, task_id(task))
    other = own_vpc(aws, here.endpoint)
    aws.namespace("other.internal", vpc=other.id)
    status, reason = other.get(url)
    assert (status, "no load balancer" in reason) == (502, True)


def test_a_target_is_healthy_by_its_own_vpc_s_tasks(here: OwnVpc, aws: Account) -> None:
    """Another VPC of the account may have a task with the same address."""
    elb = aws.client("elbv2")
    task = here.service(CIDR)
    other = own_vpc(aws, here.endpoint)
    target = elb.create_target_group(
        Name="api", Protocol="HTTP", Port=80, VpcId=other.id, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=target, Targets=[{"Id": address_of(task), "Port": 80}])
    (found,) = elb.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
    assert found["TargetHealth"]["State"] != "healthy"
