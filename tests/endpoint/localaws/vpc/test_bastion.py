# SPDX-License-Identifier: Apache-2.0
"""The bastion, and the tasks that it reaches."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import (
    NAMESPACE,
    SERVICE,
    Account,
    address_of,
    task_id,
)
from tests.support.waiting import eventually

NAME = f"{SERVICE}.{NAMESPACE}"
WHOLE_VPC = "10.0.0.0/16"


@dataclass(frozen=True)
class Reply:
    status: int
    body: str
    headers: Mapping[str, str]


class Shell:
    """A shell inside the VPC, as far as HTTP goes."""

    def __init__(self, bastion_url: str):
        proxy = urllib.request.ProxyHandler({"http": bastion_url})
        self._opener = urllib.request.build_opener(proxy)

    def get(self, url: str, data: bytes | None = None) -> Reply:
        try:
            with self._opener.open(url, data, timeout=20) as reply:
                return Reply(reply.status, reply.read().decode(), dict(reply.headers))
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read().decode(), dict(error.headers))


@pytest.fixture
def shell(endpoint: Endpoint) -> Shell:
    return Shell(endpoint.bastion_url)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = EndpointSettings(
        tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02, drop_seconds=0.01
    )
    monkeypatch.setattr(runtime, "settings", quick)


def group(aws: Account, *cidrs: str, port: int = 80) -> str:
    """A security group that lets TCP from these ranges in."""
    created = aws.ec2.create_security_group(GroupName="web", Description="web", VpcId=aws.vpc)
    for cidr in cidrs:
        aws.ec2.authorize_security_group_ingress(
            GroupId=created["GroupId"], IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=cidr
        )
    return created["GroupId"]


def deployed(
    aws: Account, count: int, group_id: str, *, registered: bool = True, **more: Any
) -> list[Any]:
    """A service of so many running tasks behind a security group; the tasks."""
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group_id]
    registry = aws.service(aws.namespace()) if registered else None
    aws.ecs_service(registry, desired=count, networkConfiguration=network, **more)
    aws.steady(count)
    return aws.tasks()


def test_an_address_and_the_name_answer_as_in_the_article(aws: Account, shell: Shell) -> None:
    (task,) = deployed(aws, 1, group(aws, WHOLE_VPC))
    for url in (f"http://{address_of(task)}/", f"http://{NAME}", f"http://{NAME}:80/"):
        reply = shell.get(url)
        assert reply.status == 200
        assert "<h1>It works!</h1>" in reply.body
        assert reply.headers["Content-Type"].startswith("text/html")


def test_an_address_of_a_second_range_answers(aws: Account, shell: Shell) -> None:
    aws.ec2.associate_vpc_cidr_block(VpcId=aws.vpc, CidrBlock="10.50.0.0/16")
    subnet = aws.ec2.create_subnet(VpcId=aws.vpc, CidrBlock="10.50.8.0/24")["Subnet"]["SubnetId"]
    network = aws.network(subnet)
    network["awsvpcConfiguration"]["securityGroups"] = [group(aws, WHOLE_VPC)]
    aws.ecs_service(None, desired=1, networkConfiguration=network)
    aws.steady(1)
    (task,) = aws.tasks()
    assert address_of(task).startswith("10.50.8.")
    assert shell.get(f"http://{address_of(task)}/").status == 200


def test_the_name_spreads_over_all_tasks(aws: Account, shell: Shell) -> None:
    tasks = {task_id(task): task for task in deployed(aws, 4, group(aws, WHOLE_VPC))}
    replies = [shell.get(f"http://{NAME}/") for _ in range(100)]
    assert {reply.headers["X-Task-Id"] for reply in replies} == tasks.keys()


def test_a_task_tells_who_it_is(aws: Account, shell: Shell) -> None:
    (task,) = deployed(aws, 1, group(aws, WHOLE_VPC))
    who = json.loads(shell.get(f"http://{NAME}/whoami").body)
    assert who == {
        "task": task_id(task),
        "address": address_of(task),
        "availabilityZone": task["availabilityZone"],
        "port": 80,
        "image": "httpd:2.4.41-alpine",
    }
    reply = shell.get(f"http://{NAME}/")
    assert reply.headers["X-Task-Address"] == address_of(task)
    assert reply.headers["X-Availability-Zone"] == task["availabilityZone"]


def test_another_image_is_named_on_its_page_and_another_port_listens(
    aws: Account, shell: Shell
) -> None:
    definition = aws.task_definition(
        image="registry.example/team/web:1<2", portMappings=[{"containerPort": 8080}]
    )
    deployed(aws, 1, group(aws, WHOLE_VPC, port=8080), taskDefinition=definition)
    assert "registry.example/team/web:1&lt;2" in shell.get(f"http://{NAME}:8080/").body


def test_without_a_rule_for_the_bastion_the_connection_times_out(
    aws: Account, shell: Shell, no_waiting: None
) -> None:
    (task,) = deployed(aws, 1, group(aws, "192.168.0.0/16"))
    reply = shell.get(f"http://{address_of(task)}/")
    assert reply.status == 504
    assert "timed out" in reply.body and "no ingress rule" in reply.body


def test_a_rule_that_goes_closes_the_way_and_comes_back(
    aws: Account, shell: Shell, no_waiting: None
) -> None:
    group_id = group(aws, WHOLE_VPC)
    deployed(aws, 1, group_id)
    rule: Any = {
        "GroupId": group_id,
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "CidrIp": WHOLE_VPC,
    }
    seen = [shell.get(f"http://{NAME}/").status]
    aws.ec2.revoke_security_group_ingress(**rule)
    seen.append(shell.get(f"http://{NAME}/").status)
    aws.ec2.authorize_security_group_ingress(**rule)
    seen.append(shell.get(f"http://{NAME}/").status)
    assert seen == [200, 504, 200]


def test_a_rule_for_another_port_does_not_help(
    aws: Account, shell: Shell, no_waiting: None
) -> None:
    deployed(aws, 1, group(aws, WHOLE_VPC, port=443))
    assert shell.get(f"http://{NAME}/").status == 504


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        (f"http://nothing.{NAMESPACE}/", 502, "could not resolve"),
        ("http://10.0.8.250/", 502, "nobody has the address 10.0.8.250"),
        ("http://example.com/", 403, "in no private zone"),
        ("http://192.0.2.1/", 403, "not an address of the VPC"),
        ("http://127.0.0.1:80/", 403, "not an address of the VPC"),
        ("http://localhost/", 403, "in no private zone"),
        ("http://169.254.169.254/latest/meta-data/", 403, "not an address of the VPC"),
    ],
)
def test_what_cannot_be_reached_is_told_with_its_reason(
    aws: Account, shell: Shell, url: str, status: int, words: str
) -> None:
    aws.namespace()
    reply = shell.get(url)
    assert (reply.status, words in reply.body) == (status, True), reply.body


def test_a_port_that_nothing_listens_on_is_refused(aws: Account, shell: Shell) -> None:
    deployed(aws, 1, group(aws, WHOLE_VPC, port=81))
    reply = shell.get(f"http://{NAME}:81/")
    assert (reply.status, "refused" in reply.body) == (502, True)


def test_a_name_without_addresses_is_a_502(aws: Account, shell: Shell) -> None:
    aws.namespace()
    assert shell.get(f"http://{NAMESPACE}/").status == 502


def test_requests_that_are_not_for_a_proxy_are_told_so(endpoint: Endpoint) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(endpoint.bastion_url)
    assert caught.value.code == 400
    assert "http_proxy" in caught.value.read().decode()


def test_a_stopped_task_listens_no_more_and_its_socket_is_closed(
    aws: Account, shell: Shell
) -> None:
    tasks = deployed(aws, 2, group(aws, WHOLE_VPC))
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=1)
    aws.steady(1)
    kept = address_of(aws.tasks()[0])
    (gone,) = {address_of(task) for task in tasks} - {kept}
    eventually(lambda: shell.get(f"http://{gone}/").status, lambda status: status == 502)
    assert shell.get(f"http://{kept}/").status == 200


def test_a_connection_that_has_asked_nothing_yet_is_closed_with_its_task(aws: Account) -> None:
    before = listening()
    deployed(aws, 1, group(aws, WHOLE_VPC))
    (port,) = listening() - before
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=0)
        assert connection.recv(1) == b""


def listening() -> set[int]:
    """The TCP ports on which this process listens."""
    connections = psutil.Process().net_connections("tcp")
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}


def test_a_body_and_a_query_go_through(aws: Account, shell: Shell) -> None:
    deployed(aws, 1, group(aws, WHOLE_VPC))
    assert shell.get(f"http://{NAME}/form?a=1&b=%20", data=b"x" * 100_000).status == 200


def test_three_hundred_tasks_need_no_thread_each(aws: Account, shell: Shell) -> None:
    before = threading.active_count()
    tasks = deployed(aws, 300, group(aws, WHOLE_VPC), registered=False)
    assert threading.active_count() - before < 20
    for task in (tasks[0], tasks[-1]):
        assert shell.get(f"http://{address_of(task)}/").status == 200
