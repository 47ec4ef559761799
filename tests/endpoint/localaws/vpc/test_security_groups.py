# SPDX-License-Identifier: Apache-2.0
"""Only web may call api: security groups that name a group, and who is let in and out by them."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import Account, address_of, task_id

HTTP: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
WHOLE_VPC = {**HTTP, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}


@pytest.fixture(autouse=True)
def no_waiting(aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = EndpointSettings(
        tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02, drop_seconds=0.01
    )
    monkeypatch.setattr(runtime, "settings", quick)


def group(aws: Account, name: str, *ingress: dict[str, Any]) -> str:
    """A security group with these rules for what comes in; its id."""
    created = aws.ec2.create_security_group(GroupName=name, Description=name, VpcId=aws.vpc)
    for rule in ingress:
        allow(aws, created["GroupId"], rule)
    return created["GroupId"]


def allow(aws: Account, group_id: str, rule: dict[str, Any]) -> None:
    aws.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])  # type: ignore[list-item]


def from_group(id_: str) -> dict[str, Any]:
    return {**HTTP, "UserIdGroupPairs": [{"GroupId": id_}]}


def task_in(aws: Account, name: str, *groups: str) -> Any:
    """The running task of a new service in these groups, in the VPC's default group without."""
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [*groups]
    aws.ecs_service(None, desired=1, name=name, networkConfiguration=network)
    aws.steady(1, name)
    (task,) = aws.tasks(serviceName=name)
    return task


class Bastion:
    """Asks for a task's page by way of the bastion."""

    def __init__(self, endpoint: Endpoint):
        proxy = urllib.request.ProxyHandler({"http": endpoint.bastion_url})
        self._opener = urllib.request.build_opener(proxy)

    def ask(self, host: str, source: str | None = None) -> tuple[int, str]:
        """The status and the body, as the bastion itself or in the place of a task."""
        headers = {"X-Source-Task": source} if source else {}
        request = urllib.request.Request(f"http://{host}/", headers=headers)
        try:
            with self._opener.open(request, timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def status(self, task: Any, source: str | None = None) -> int:
        return self.ask(address_of(task), source)[0]


@pytest.fixture
def bastion(endpoint: Endpoint) -> Bastion:
    return Bastion(endpoint)


def test_only_web_may_call_api(aws: Account, bastion: Bastion) -> None:
    web = group(aws, "web", WHOLE_VPC)
    api = group(aws, "api", from_group(web))
    caller, called = task_in(aws, "web", web), task_in(aws, "api", api)
    assert bastion.status(called, task_id(caller)) == 200
    assert bastion.status(called, caller["taskArn"]) == 200
    assert bastion.status(called, task_id(called)) == 504, "api is not in the group of web"
    assert bastion.status(caller, task_id(called)) == 200, "the VPC's range may call web"
    status, reason = bastion.ask(address_of(called))
    assert status == 504
    assert f"no ingress rule of {api} lets 10.0.0.10 in" in reason


def test_a_task_in_two_groups_is_let_in_by_either(aws: Account, bastion: Bastion) -> None:
    web, other = group(aws, "web"), group(aws, "other")
    api = group(aws, "api", from_group(web))
    caller, called = task_in(aws, "web", other, web), task_in(aws, "api", api)
    assert bastion.status(called, task_id(caller)) == 200


def test_a_group_that_names_itself_lets_its_members_in(aws: Account, bastion: Bastion) -> None:
    mesh = group(aws, "mesh")
    allow(aws, mesh, from_group(mesh))
    one, two, stranger = task_in(aws, "one", mesh), task_in(aws, "two", mesh), task_in(aws, "three")
    assert bastion.status(two, task_id(one)) == 200
    assert bastion.status(two, task_id(stranger)) == 504


def test_the_default_group_lets_its_members_in(aws: Account, bastion: Bastion) -> None:
    one, two = task_in(aws, "one"), task_in(aws, "two")
    assert bastion.status(two, task_id(one)) == 200
    assert bastion.status(two) == 504


def test_a_rule_that_changes_its_group_lets_in_the_new_one(aws: Account, bastion: Bastion) -> None:
    old, new = group(aws, "old"), group(aws, "new")
    api = group(aws, "api", from_group(old))
    callers = [task_in(aws, "old", old), task_in(aws, "new", new)]
    called = task_in(aws, "api", api)
    seen = [[bastion.status(called, task_id(caller)) for caller in callers]]
    of_api: Any = [{"Name": "group-id", "Values": [api]}]
    rules = aws.ec2.describe_security_group_rules(Filters=of_api)["SecurityGroupRules"]
    (rule,) = (each["SecurityGroupRuleId"] for each in rules if not each["IsEgress"])
    changed: Any = {"SecurityGroupRuleId": rule}
    changed["SecurityGroupRule"] = {**HTTP, "ReferencedGroupId": new}
    aws.ec2.modify_security_group_rules(GroupId=api, SecurityGroupRules=[changed])
    seen.append([bastion.status(called, task_id(caller)) for caller in callers])
    assert seen == [[200, 504], [504, 200]]


def test_a_prefix_list_is_judged_in_its_present_version(aws: Account, bastion: Bastion) -> None:
    made = aws.ec2.create_managed_prefix_list(
        PrefixListName="callers",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "192.168.0.0/16"}],
    )["PrefixList"]
    id_ = made["PrefixListId"]
    called = task_in(
        aws, "api", group(aws, "api", {**HTTP, "PrefixListIds": [{"PrefixListId": id_}]})
    )
    assert bastion.status(called) == 504
    aws.ec2.modify_managed_prefix_list(
        PrefixListId=id_, CurrentVersion=1, AddEntries=[{"Cidr": "10.0.0.10/32"}]
    )
    assert bastion.status(called) == 200


def test_the_way_out_of_the_caller_is_judged_too(aws: Account, bastion: Bastion) -> None:
    web = group(aws, "web")
    api = group(aws, "api", from_group(web))
    caller, called = task_in(aws, "web", web), task_in(aws, "api", api)
    everything: Any = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    aws.ec2.revoke_security_group_egress(GroupId=web, IpPermissions=everything)
    status, reason = bastion.ask(address_of(called), task_id(caller))
    assert (status, f"no egress rule of {web} lets it out" in reason) == (504, True)
    to_api: Any = [from_group(api)]
    aws.ec2.authorize_security_group_egress(GroupId=web, IpPermissions=to_api)
    assert bastion.status(called, task_id(caller)) == 200


def test_a_load_balancer_is_called_as_a_task(aws: Account, bastion: Bastion) -> None:
    """Its own groups say who may call it, and the tasks' groups that it may call them."""
    elb = aws.client("elbv2")
    web, front = group(aws, "web"), group(aws, "front")
    allow(aws, front, from_group(web))
    target = elb.create_target_group(
        Name="api", Protocol="HTTP", Port=80, VpcId=aws.vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    (made,) = elb.create_load_balancer(
        Name="api", Subnets=[*aws.subnets()], SecurityGroups=[front]
    )["LoadBalancers"]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
    )
    called = task_in(aws, "api", group(aws, "api", from_group(front)))
    elb.register_targets(TargetGroupArn=target, Targets=[{"Id": address_of(called), "Port": 80}])
    caller = task_in(aws, "web", web)
    seen = [
        bastion.ask(made["DNSName"], who)[0] for who in (task_id(caller), task_id(called), None)
    ]
    assert seen == [200, 504, 504]
    elb.set_security_groups(
        LoadBalancerArn=made["LoadBalancerArn"], SecurityGroups=[group(aws, "shut")]
    )
    assert bastion.ask(made["DNSName"], task_id(caller))[0] == 504


@pytest.mark.parametrize("name", ["0" * 32, "web", "arn:aws:ecs:ap-northeast-1:1:task/x/y"])
def test_who_is_no_running_task_is_refused(aws: Account, bastion: Bastion, name: str) -> None:
    called = task_in(aws, "api", group(aws, "api", WHOLE_VPC))
    status, reason = bastion.ask(address_of(called), name)
    assert status == 403
    assert f"{name} is not a running task in {aws.vpc}" in reason


def test_a_task_of_another_vpc_or_account_is_refused(aws: Account, bastion: Bastion) -> None:
    called = task_in(aws, "api", group(aws, "api", WHOLE_VPC))
    other = Account(aws.url, key="111122223333")
    vpc = aws.another_vpc("10.0.0.0/16")
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.8.0/24")["Subnet"]["SubnetId"]
    aws.ecs_service(None, desired=1, name="far", networkConfiguration=aws.network(subnet))
    aws.steady(1, "far")
    for far in (aws.tasks(serviceName="far")[0], task_in(other, "web")):
        assert bastion.ask(address_of(called), far["taskArn"])[0] == 403
