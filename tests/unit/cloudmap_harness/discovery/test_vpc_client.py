# SPDX-License-Identifier: Apache-2.0
"""DNS and HTTP through a resolver and a proxy, which are substitutes on loopback."""

import random
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cloudmap_harness.discovery import vpc_client as module
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import DnsAnswer, HttpReply, VpcClient
from cloudmap_harness.errors import VpcAccessFailed

NAME = "web.example.internal"
WORKS = "<h1>It works!</h1>\n"


@dataclass
class Vpc:
    """What the resolver and the proxy answer, and what they were asked for."""

    client: VpcClient = field(init=False)
    addresses: list[str] = field(default_factory=list)
    ttl: int = 300
    soa: str = ""
    """The zone's SOA in negative answers, as its TTL and its MINIMUM field: `900 86400`."""
    dead: set[str] = field(default_factory=set)
    queries: int = 0
    fetched: list[str] = field(default_factory=list)

    def reply(self, packet: bytes) -> bytes:
        """Answers as Route 53's resolver does under MULTIVALUE."""
        self.queries += 1
        query = dns.message.from_wire(packet)
        reply = dns.message.make_response(query)
        if self.addresses:
            chosen = random.sample(self.addresses, min(8, len(self.addresses)))
            reply.answer.append(dns.rrset.from_text(NAME + ".", self.ttl, "IN", "A", *chosen))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        if self.soa:
            ttl, minimum = self.soa.split()
            soa = f"ns.example. hostmaster.example. 1 7200 900 1209600 {minimum}"
            zone = NAME.partition(".")[2] + "."
            reply.authority.append(dns.rrset.from_text(zone, int(ttl), "IN", "SOA", soa))
        return reply.to_wire()

    def page(self, request: Request) -> Response:
        """Answers as a proxy: the request line of a request to a proxy has the whole URL."""
        url = request.environ["REQUEST_URI"]
        host = url.removeprefix("http://").removesuffix("/")
        self.fetched.append(host)
        if host == "moved.internal":
            return Response("", 301, {"Location": "http://elsewhere.internal/"})
        if host in self.dead:
            return Response("no rule lets you in\n", 504)
        return Response(WORKS)

    def expectation(self, *addresses: str) -> VpcExpectation:
        return VpcExpectation(NAME, tuple(map(IPv4Address, addresses)), self.ttl, 80, "It works!")


def numbered(count: int) -> list[str]:
    return [str(IPv4Address("10.0.8.4") + number) for number in range(count)]


@pytest.fixture
def vpc(httpserver: HTTPServer) -> Iterator[Vpc]:
    vpc = Vpc()

    class Resolver(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            packet, sender = self.request
            sender.sendto(vpc.reply(packet), self.client_address)

    httpserver.expect_request(re.compile(".*")).respond_with_handler(vpc.page)
    with socketserver.UDPServer(("127.0.0.1", 0), Resolver) as resolver:
        thread = threading.Thread(target=resolver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            dns = f"127.0.0.1:{resolver.server_address[1]}"
            vpc.client = VpcClient.at(dns, httpserver.url_for("").rstrip("/"))
            yield vpc
        finally:
            resolver.shutdown()
            thread.join()


def test_a_name_resolves_to_its_addresses(vpc: Vpc) -> None:
    vpc.addresses = ["10.0.9.4", "10.0.8.4"]
    expected = (IPv4Address("10.0.8.4"), IPv4Address("10.0.9.4"))
    assert vpc.client.resolve(NAME) == DnsAnswer("NOERROR", expected, frozenset({300}))


def test_a_name_without_records_is_an_answer_too(vpc: Vpc) -> None:
    assert vpc.client.resolve(NAME) == DnsAnswer("NXDOMAIN")


@pytest.mark.parametrize(("soa", "seconds"), [("900 86400", 900), ("900 60", 60), ("0 60", 0)])
def test_a_negative_answer_lives_as_long_as_the_lesser_number_of_the_soa(
    vpc: Vpc, soa: str, seconds: int
) -> None:
    vpc.soa = soa
    assert vpc.client.resolve(NAME) == DnsAnswer("NXDOMAIN", negative_ttl=seconds)


def test_a_silent_resolver_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        client = VpcClient(silent.getsockname(), "http://127.0.0.1:1")
        (answer,) = client.resolve_often(NAME, 1000)
    assert answer.failure.startswith(f"no answer from 127.0.0.1:{client.resolver[1]}: ")


def test_pages_come_through_the_vpcs_proxy_whatever_the_users_variables_say(
    vpc: Vpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "10.0.8.4,.internal")
    vpc.dead = {"10.0.8.4"}
    assert vpc.client.fetch_all(["10.0.8.4", NAME], 80) == (
        HttpReply("10.0.8.4", 504, "no rule lets you in\n"),
        HttpReply(NAME, 200, WORKS),
    )


def test_another_port_than_80_is_in_the_request(vpc: Vpc) -> None:
    vpc.client.fetch_all([NAME], 8080)
    assert vpc.fetched == [f"{NAME}:8080"]


def test_a_redirect_is_a_reply_and_is_not_followed(vpc: Vpc) -> None:
    (reply,) = vpc.client.fetch_all(["moved.internal"], 80)
    assert reply.status == 301
    assert vpc.fetched == ["moved.internal"]


def test_an_unreachable_proxy_is_a_failure_with_its_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    (reply,) = VpcClient(("127.0.0.1", 1), proxy).fetch_all(["10.0.8.4"], 80)
    assert reply.status is None
    assert str(reply).startswith(f"no answer by way of {proxy}: ")
    assert str(reply).endswith("Connection refused")


def test_a_silent_proxy_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (reply,) = VpcClient(("127.0.0.1", 1), proxy).fetch_all(["10.0.8.4"], 80)
        silent.accept()[0].close()
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):  # A second connection would be waiting here.
            silent.accept()
    assert str(reply) == f"no answer by way of {proxy}: timed out"


@pytest.mark.parametrize("count", [0, 1, 8, 9, 40])
def test_an_expectation_that_is_met(vpc: Vpc, count: int) -> None:
    vpc.addresses = numbered(count)
    vpc.expectation(*vpc.addresses).check(vpc.client)
    assert vpc.queries == module.queries_needed(count)
    assert sorted(vpc.fetched) == sorted([*vpc.addresses, *([NAME] if count else [])])


def test_an_expectation_that_is_not_met_names_each_address_and_its_reply(vpc: Vpc) -> None:
    vpc.addresses, vpc.dead = numbered(20), {"10.0.8.6"}
    expected = [*numbered(19), "10.0.9.9"]
    with pytest.raises(VpcAccessFailed) as caught:
        vpc.expectation(*expected).check(vpc.client)
    assert caught.value.problems == (
        f"10.0.9.9: in none of {module.queries_needed(20)} answers for {NAME}",
        f"10.0.8.23: in an answer for {NAME}, but not in its records",
        "http://10.0.8.6/: HTTP 504: no rule lets you in",
    )
