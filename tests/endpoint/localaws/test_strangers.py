# SPDX-License-Identifier: Apache-2.0
"""Web pages and foreign names are refused: by the API, the endpoint's pages and the bastion."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account

ALLOWED = "http://localhost:3000"
PATHS = ("/", "/_localstack/health", "/moto-api/", "/moto-api/data.json", "/bucket/key")
FOREIGN = (
    "http://evil.example",
    "https://evil.example",
    "http://localhost",
    "http://localhost:3001",
    "http://127.0.0.1.evil.example",
    "http://evil.localhost",
    "null",
    "",
)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def cors(self) -> dict[str, str]:
        return {n: v for n, v in self.headers.items() if n.lower().startswith("access-control")}


def ask(url: str, path: str = "/", *, method: str = "GET", **headers: str) -> Reply:
    """A request without a body; `_` in a header's name stands for `-`."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        named = {"Host": place.netloc} | {n.replace("_", "-"): v for n, v in headers.items()}
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(EndpointSettings(port=0, cors_origins=(ALLOWED,))) as endpoint:
        yield endpoint


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_origin_is_refused_everywhere(
    endpoint: Endpoint, path: str, origin: str
) -> None:
    preflight = {"Access_Control_Request_Method": "POST"}
    for reply in (
        ask(endpoint.url, path, Origin=origin),
        ask(endpoint.url, path, method="POST", Origin=origin),
        ask(endpoint.url, path, method="OPTIONS", Origin=origin, **preflight),
    ):
        assert reply.status == 403
        assert reply.cors == {}


def test_what_a_page_asks_for_is_not_done(aws: Account, endpoint: Endpoint) -> None:
    aws.another_vpc()
    before = aws.ec2.describe_vpcs()["Vpcs"]
    ask(endpoint.url, "/moto-api/reset", method="POST", Origin="http://evil.example")
    assert aws.ec2.describe_vpcs()["Vpcs"] == before


def test_an_image_of_another_page_is_refused_which_bears_no_origin(endpoint: Endpoint) -> None:
    path = "/ec2_ap-northeast-1/?Action=DescribeVpcs"
    for site in ("cross-site", "same-site"):
        assert ask(endpoint.url, path, Sec_Fetch_Site=site).status == 403
    for site in ("none", "same-origin"):
        assert ask(endpoint.url, "/_localstack/health", Sec_Fetch_Site=site).status == 200


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_the_endpoints_own_pages_may_ask(endpoint: Endpoint, name: str) -> None:
    port = urlsplit(endpoint.url).port
    reply = ask(endpoint.url, "/_localstack/health", Origin=f"http://{name}:{port}")
    assert (reply.status, reply.cors) == (200, {})


def test_an_origin_that_the_user_names_may_ask_and_read(endpoint: Endpoint) -> None:
    reply = ask(endpoint.url, "/_localstack/health", Origin=ALLOWED)
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert reply.headers["Vary"] == "Origin"
    preflight = ask(
        endpoint.url,
        method="OPTIONS",
        Origin=ALLOWED,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-amz-target, content-type",
    )
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert preflight.headers["Access-Control-Allow-Headers"] == "x-amz-target, content-type"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_a_program_which_sends_no_origin_is_told_nothing_of_origins(endpoint: Endpoint) -> None:
    reply = ask(endpoint.url, "/moto-api/")
    assert (reply.status, reply.cors) == (200, {})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evilamazonaws.com",
        "amazonaws.com.evil.example",
        "localstack.cloud",
        "0.0.0.0",
        "10.0.0.1",
        "2130706433",
        "user@127.0.0.1",
        "127.0.0.1,evil.example",
        "[::ffff:10.0.0.1]",
        "",
    ],
)
def test_a_foreign_host_is_refused_everywhere(endpoint: Endpoint, path: str, host: str) -> None:
    reply = ask(endpoint.url, path, Host=host)
    assert reply.status == 403
    assert reply.cors == {}


def test_a_host_in_the_request_line_counts(endpoint: Endpoint) -> None:
    assert ask(endpoint.url, "http://evil.example/_localstack/health").status == 403


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1.2.3:80",
        "localhost",
        "LOCALHOST:4566",
        "localhost.",
        "[::1]:4566",
        "bucket.localhost",
        "servicediscovery.ap-northeast-1.amazonaws.com",
        "localhost.localstack.cloud:4566",
        "ecs.localhost.localstack.cloud",
    ],
)
def test_loopback_and_the_names_of_aws_and_localstack_are_served(
    endpoint: Endpoint, host: str
) -> None:
    reply = ask(endpoint.url, "/_localstack/health", Host=host)
    assert json.loads(reply.body)["edition"] == "localaws"


@pytest.fixture
def bastions(aws: Account, endpoint: Endpoint) -> list[str]:
    """The URLs of the bastions of two VPCs: the article's, and one of another account."""
    other = Account(aws.url, region="eu-west-1", key="111122223333")
    aws.namespace()
    other.namespace(vpc=other.another_vpc(hostnames=True))
    page = json.loads(ask(endpoint.url, "/_localstack/health").body)
    urls = [vpc["bastion"] for vpc in page["vpcs"].values()]
    assert len(urls) == 2 and endpoint.bastion_url in urls
    return urls


def test_the_bastion_is_no_page_and_refuses_those_that_ask_it(bastions: list[str]) -> None:
    for bastion in bastions:
        for method in ("GET", "POST", "OPTIONS"):
            reply = ask(bastion, method=method, Origin="http://evil.example")
            assert (reply.status, reply.cors) == (403, {})


def listening_ports() -> set[int]:
    """The TCP ports that listen here: all of this machine's, where the system tells them."""
    try:
        connections: Sequence[Any] = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS tells only root of other processes.
        connections = psutil.Process().net_connections("tcp")
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}


def test_the_bastion_reaches_no_port_of_this_machine(aws: Account, bastions: list[str]) -> None:
    aws.ecs_service(None, desired=1)
    aws.steady(1)
    ports = listening_ports()
    assert len(ports) >= 6, "the endpoint, two bastions and resolvers, and a container"
    for bastion in bastions:
        for port in ports:
            for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"):
                reply = ask(bastion, f"http://{host}:{port}/", Host=f"{host}:{port}")
                assert reply.status == 403, (host, port, reply.body)


def test_an_instance_at_loopback_leads_nowhere(aws: Account, endpoint: Endpoint) -> None:
    """Cloud Map takes any address: the name resolves, and no task of the VPC has the address.

    Nor is there one at loopback in a VPC whose range that is.
    """
    vpcs = [aws.vpc, aws.another_vpc("127.0.0.0/16", hostnames=True)]
    for vpc in vpcs:
        service = aws.service(aws.namespace(vpc=vpc))
        aws.register(service, "loopback", AWS_INSTANCE_IPV4="127.0.0.1")
        name = f"{SERVICE}.{NAMESPACE}:{urlsplit(endpoint.url).port}"
        bastion = json.loads(ask(endpoint.url, "/_localstack/health").body)["vpcs"][vpc]["bastion"]
        reply = ask(bastion, f"http://{name}/_localstack/health", Host=name)
        assert (reply.status, b"nobody has the address 127.0.0.1" in reply.body) == (502, True)
