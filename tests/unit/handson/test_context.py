# SPDX-License-Identifier: Apache-2.0
"""What a target's VPC lets us see, and what a deployment with some settings promises there."""

import socket
from ipaddress import IPv4Address

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_choice import VpcAddresses
from cloudmap_harness.discovery.observation import ObservedRecord
from handson import context as context_module
from handson.context import Context, vpc_expectation_of
from handson.endpoint_lookup import LocalEndpoint
from handson.errors import EndpointError
from stacks.settings import Settings

REGION = "ap-northeast-1"


def context_at(target: Target, endpoint: str | None, settings: Settings | None = None) -> Context:
    child = child_environment(target, {}, endpoint=endpoint, region=REGION)
    return Context(target, settings or Settings(), child, AwsClients(child))


RECORD = ObservedRecord(
    "cloudmap-handson.example.internal.", IPv4Address("10.0.8.4"), 60, "task", True
)


@pytest.mark.parametrize(
    ("target", "endpoint"), [(Target.LOCALSTACK, "http://127.0.0.1:4566"), (Target.AWS, None)]
)
def test_only_the_local_target_can_be_looked_at_from_inside(
    target: Target, endpoint: str | None
) -> None:
    assert context_at(target, endpoint).vpc_client() is None


def test_a_local_target_that_cannot_be_looked_at_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(EndpointError, match="localaws should answer there, but nothing does"):
        context_at(Target.LOCAL, url).vpc_client()


@pytest.mark.parametrize(
    ("settings", "port"),
    [
        (Settings(), 1),
        (Settings(vpc_name="shop"), 2),
        (Settings(vpc_id="vpc-00000002"), 2),
        (Settings(region="eu-west-1"), 3),
        (Settings(vpc_name="not-used-yet"), 1),
    ],
)
def test_the_look_from_inside_is_in_the_settings_vpc(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, port: int
) -> None:
    vpcs = [
        VpcAddresses(f"vpc-0000000{n}", "1", region, name, "", f"127.0.0.1:{n}", f"http://b:{n}")
        for n, region, name in (
            (1, REGION, "cloudmap-handson-vpc"),
            (2, REGION, "shop"),
            (3, "eu-west-1", "cloudmap-handson-vpc"),
        )
    ]
    url = "http://127.0.0.1:4566"
    endpoint = LocalEndpoint(url, 1, "moto", vpcs[0].dns, vpcs[0].bastion, 0, vpcs=(*vpcs,))
    monkeypatch.setattr(context_module, "find_running_at", lambda _: endpoint)
    client = context_at(Target.LOCAL, url, settings).vpc_client()
    assert client is not None
    assert (client.resolver, client.proxy) == (("127.0.0.1", port), f"http://b:{port}")


def test_a_promise_has_the_settings_names_and_the_records_addresses() -> None:
    settings = Settings(namespace="example.internal", dns_ttl=60, port=8080)
    expectation = vpc_expectation_of(settings, [RECORD])
    assert expectation.name == "cloudmap-handson.example.internal"
    assert expectation.addresses == (RECORD.address,)
    assert (expectation.ttl, expectation.port) == (60, 8080)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("httpd", "It works!"),
        ("httpd:2.4.41-alpine", "It works!"),
        ("public.ecr.aws/docker/library/httpd:2.4", "It works!"),
        ("registry.example:5000/httpd@sha256:00", "It works!"),
        ("nginx", ""),
        ("httpd/nginx:1", ""),
        ("my-httpd:1", ""),
    ],
)
def test_only_of_apache_is_the_page_known(image: str, words: str) -> None:
    assert vpc_expectation_of(Settings(image=image), []).page_text == words
