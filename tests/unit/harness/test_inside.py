# SPDX-License-Identifier: Apache-2.0
"""The look from inside the VPC, at the embedded endpoint's own resolver, bastion and containers."""

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

import pytest
from moto.core.base_backend import BackendDict

from harness import inside as module
from harness.errors import PromiseBroken
from harness.inside import Inside, Page, fetch_all, resolve, resolve_often
from harness.promise import Promise
from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import Settings
from tests.unit.localaws.account import NAMESPACE, SERVICE, Aws

NAME = f"{SERVICE}.{NAMESPACE}"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    settings = Settings(
        port=0, tick_seconds=0.01, operation_seconds=0.01, task_step_seconds=0.01, drop_seconds=0.01
    )
    with pytest.MonkeyPatch.context() as patch, Endpoint(settings) as endpoint:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        yield endpoint


@pytest.fixture
def aws(endpoint: Endpoint) -> Aws:
    with runtime.LOCK:
        BackendDict.reset()
    return Aws(endpoint.url)


@pytest.fixture
def inside(endpoint: Endpoint) -> Inside:
    return Inside.at(f"127.0.0.1:{endpoint.dns_port}", endpoint.bastion_url)


def deploy(aws: Aws, count: int, cidr: str = "10.0.0.0/16") -> tuple[str, Promise]:
    """A service of so many tasks; its security group and what it promises."""
    group = aws.ec2.create_security_group(GroupName="web", Description="web", VpcId=aws.vpc)
    aws.ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp=cidr
    )
    network = aws.network()
    network["awsvpcConfiguration"]["securityGroups"] = [group["GroupId"]]
    registry = aws.service(aws.namespace())
    aws.ecs_service(registry, desired=count, networkConfiguration=network)
    aws.steady(count)
    instances = aws.instances(registry)
    addresses = sorted(IPv4Address(each["AWS_INSTANCE_IPV4"]) for each in instances.values())
    return group["GroupId"], Promise(NAME, tuple(addresses), ttl=300, port=80, words="It works!")
