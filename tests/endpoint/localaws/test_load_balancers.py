# SPDX-License-Identifier: Apache-2.0
"""Services with load balancers: targets, their health, the way through the DNS name."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account, Turns, address_of, refused
from tests.endpoint.localaws.ecs.hosts import create_service, definition, start_instances
from tests.support.waiting import eventually


def security_group(aws: Account, name: str, **source: Any) -> str:
    """A group that lets the source in on port 80."""
    id_ = aws.ec2.create_security_group(GroupName=name, Description="d", VpcId=aws.vpc)["GroupId"]
    rule: Any = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **source}
    aws.ec2.authorize_security_group_ingress(GroupId=id_, IpPermissions=[rule])
    return id_


def target_group(aws: Account, kind: str = "ip", name: str = "web") -> str:
    group = aws.client("elbv2").create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=aws.vpc, TargetType=kind
    )["TargetGroups"][0]
    return str(group["TargetGroupArn"])


def balancer(aws: Account, arn: str, group: str | None = None) -> Any:
    """A load balancer in the private subnets, with a listener that forwards to the group."""
    elb = aws.client("elbv2")
    groups = {"SecurityGroups": [group]} if group else {}
    (made,) = elb.create_load_balancer(Name="web", Subnets=[*aws.subnets()], **groups)[
        "LoadBalancers"
    ]
    forward = [{"Type": "forward", "TargetGroupArn": arn}]
    elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward
    )
    return made


def health(aws: Account, arn: str) -> dict[str, str]:
    """The state of each target by its id."""
    found = aws.client("elbv2").describe_target_health(TargetGroupArn=arn)
    return {
        each["Target"]["Id"]: each["TargetHealth"]["State"]
        for each in found["TargetHealthDescriptions"]
    }


def behind(arn: str, **more: Any) -> Any:
    """A service's load balancers for the container of the article."""
    return [
        {"targetGroupArn": arn, "containerName": "httpd-container", "containerPort": 80, **more}
    ]


def test_tasks_are_registered_and_healthy_when_they_answer(aws: Account, turns: Turns) -> None:
    arn = target_group(aws)
    balancer(aws, arn)
    aws.ecs_service(None, desired=2, loadBalancers=behind(arn))
    turns(2)
    assert set(health(aws, arn).values()) == {"initial"}
    turns(2)
    assert health(aws, arn) == {address_of(task): "healthy" for task in aws.tasks()}
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    turns(8)
    assert health(aws, arn) == {address_of(task): "healthy" for task in aws.tasks()}
    aws.ecs.delete_service(cluster="handson", service="httpd", force=True)
    turns(8)
    assert health(aws, arn) == {}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"containerName": "nobody"}, "The container nobody does not exist"),
        ({"containerPort": 81}, "did not have a container port 81 defined"),
        ({"targetGroupArn": "arn:aws:elasticloadbalancing:x:1:targetgroup/x/1"}, "does not exist"),
    ],
)
def test_a_target_that_there_is_not_is_refused(aws: Account, change: Any, words: str) -> None:
    arn = target_group(aws)
    code, message, _ = refused(
        lambda: aws.ecs_service(None, desired=1, loadBalancers=behind(arn, **change))
    )
    assert (code, words in message) == ("InvalidParameterException", True)


def test_a_target_group_of_the_wrong_type_is_refused(aws: Account) -> None:
    arn = target_group(aws, "instance")
    code, message, _ = refused(lambda: aws.ecs_service(None, desired=1, loadBalancers=behind(arn)))
    assert (code, "incompatible with the awsvpc network mode" in message) == (
        "InvalidParameterException",
        True,
    )


def test_a_bridge_task_is_its_instance_and_the_hosts_port(aws: Account, turns: Turns) -> None:
    start_instances(aws, turns)
    arn = target_group(aws, "instance")
    load_balancers = [{"targetGroupArn": arn, "containerName": "web", "containerPort": 80}]
    create_service(aws, taskDefinition=definition(aws), loadBalancers=load_balancers)
    turns(5)
    (found,) = aws.client("elbv2").describe_target_health(TargetGroupArn=arn)[
        "TargetHealthDescriptions"
    ]
    (task,) = aws.tasks()
    binding = task["containers"][0]["networkBindings"][0]
    assert int(found["Target"]["Port"]) == binding["hostPort"]
    assert found["Target"]["Id"].startswith("i-")


def test_the_arn_says_which_kind_it_is(aws: Account) -> None:
    elb = aws.client("elbv2")
    tag = {"Key": "team", "Value": "blue"}
    for type_, kind in (("application", "app"), ("network", "net")):
        (made,) = elb.create_load_balancer(
            Name=type_, Type=type_, Subnets=[*aws.subnets()], Tags=[tag]
        )["LoadBalancers"]
        assert f":loadbalancer/{kind}/{type_}/" in made["LoadBalancerArn"]
        arns = [made["LoadBalancerArn"]]
        assert elb.describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"][0]["Type"] == (
            type_
        )
        (tags,) = elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
        assert tags["Tags"] == [tag]


def test_a_load_balancer_takes_its_interfaces_along(aws: Account) -> None:
    made = balancer(aws, target_group(aws))
    mine: Any = [{"Name": "description", "Values": ["ELB app/web/*"]}]

    def interfaces() -> list[Any]:
        return list(aws.ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"])

    assert {each["SubnetId"] for each in interfaces()} == {*aws.subnets()}
    aws.client("elbv2").delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert interfaces() == []


def get(endpoint: Endpoint, url: str) -> tuple[int, str]:
    """The status and the task that answered, from inside the VPC."""
    proxy = urllib.request.ProxyHandler({"http": endpoint.bastion_url})
    try:
        with urllib.request.build_opener(proxy).open(url) as reply:
            return reply.status, reply.headers["X-Task-Id"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_its_dns_name_answers_through_the_bastion(aws: Account, endpoint: Endpoint) -> None:
    front = security_group(aws, "front", IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    back = security_group(aws, "back", UserIdGroupPairs=[{"GroupId": front}])
    arn = target_group(aws)
    made = balancer(aws, arn, front)
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [back]
    url = f"http://{made['DNSName']}/"
    assert get(endpoint, url)[0] == 503, "no target yet"
    aws.ecs_service(None, desired=2, loadBalancers=behind(arn), networkConfiguration=network)
    aws.steady(2)
    eventually(lambda: {get(endpoint, url) for _ in range(20)}, lambda seen: len(seen) == 2)
    direct = get(endpoint, f"http://{address_of(aws.tasks()[0])}/")
    assert direct[0] == 504, "the tasks let only the load balancer in"
    assert get(endpoint, f"http://{made['DNSName']}:81/")[0] == 502
    rule: Any = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    rule["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
    aws.ec2.revoke_security_group_ingress(GroupId=front, IpPermissions=[rule])
    assert get(endpoint, url)[0] == 504, "and it lets nobody in"


def test_the_rules_of_a_listener_choose_the_target_group(aws: Account, endpoint: Endpoint) -> None:
    elb, open_ = aws.client("elbv2"), [{"CidrIp": "0.0.0.0/0"}]
    group = security_group(aws, "open", IpRanges=open_)
    empty, full = target_group(aws, name="empty"), target_group(aws, name="full")
    made = balancer(aws, empty, group)
    (listener,) = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
    elb.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["/shop/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": full}],
    )
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group]
    aws.ecs_service(None, desired=1, loadBalancers=behind(full), networkConfiguration=network)
    aws.steady(1)
    assert get(endpoint, f"http://{made['DNSName']}/shop/1")[0] == 200
    assert get(endpoint, f"http://{made['DNSName']}/")[0] == 503


def test_a_classic_one_has_a_health_check_from_the_start(aws: Account) -> None:
    listener = {"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 8080}
    classic = aws.client("elb")
    classic.create_load_balancer(
        LoadBalancerName="old", Subnets=[*aws.subnets()], Listeners=[listener]
    )
    (shown,) = classic.describe_load_balancers()["LoadBalancerDescriptions"]
    assert shown["HealthCheck"] == {
        "Target": "TCP:8080",
        "Interval": 30,
        "Timeout": 5,
        "UnhealthyThreshold": 2,
        "HealthyThreshold": 10,
    }
