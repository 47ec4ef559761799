# SPDX-License-Identifier: Apache-2.0
"""The look from inside the VPC, at a stand-in for its resolver and its proxy on loopback."""

import http.server
import random
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from cloudmap_harness.discovery import vpc_client as module
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import (
    DnsAnswer,
    HttpReply,
    VpcClient,
    fetch_all,
    resolve,
    resolve_often,
)
from cloudmap_harness.errors import VpcAccessFailed

NAME = "web.example.internal"
WORKS = "<h1>It works!</h1>\n"


@dataclass
class Vpc:
    """What the stand-in answers, and what it was asked."""

    vpc_client: VpcClient = field(init=False)
    addresses: list[str] = field(default_factory=list)
    ttl: int = 300
    dead: set[str] = field(default_factory=set)
    queries_needed: int = 0
    fetched: set[str] = field(default_factory=set)

    def reply(self, packet: bytes) -> bytes:
        """As Route 53's resolver under MULTIVALUE."""
        self.queries_needed += 1
        query = dns.message.from_wire(packet)
        reply = dns.message.make_response(query)
        if self.addresses:
            chosen = random.sample(self.addresses, min(8, len(self.addresses)))
            reply.answer.append(dns.rrset.from_text(NAME + ".", self.ttl, "IN", "A", *chosen))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def expectation(self, *addresses: str) -> VpcExpectation:
        return VpcExpectation(NAME, tuple(map(IPv4Address, addresses)), self.ttl, 80, "It works!")


def numbered(count: int) -> list[str]:
    return [str(IPv4Address("10.0.8.4") + number) for number in range(count)]


@pytest.fixture
def vpc() -> Iterator[Vpc]:
    vpc = Vpc()

    class Resolver(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            packet, sender = self.request
            sender.sendto(vpc.reply(packet), self.client_address)

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.path.removeprefix("http://").removesuffix("/")
            vpc.fetched.add(host)
            dead = host in vpc.dead
            self.send_response(504 if dead else 200)
            self.end_headers()
            self.wfile.write(b"no rule lets you in\n" if dead else WORKS.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the test's stderr."""

    with ExitStack() as stack:
        resolver = socketserver.UDPServer(("127.0.0.1", 0), Resolver)
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        stack.enter_context(_served(resolver))
        stack.enter_context(_served(proxy))
        dns_port = resolver.server_address[1]
        vpc.vpc_client = VpcClient.at(
            f"127.0.0.1:{dns_port}", f"http://127.0.0.1:{proxy.server_port}"
        )
        yield vpc


@contextmanager
def _served(server: socketserver.BaseServer) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_a_name_resolves_to_its_addresses(vpc: Vpc) -> None:
    vpc.addresses = ["10.0.9.4", "10.0.8.4"]
    expected = (IPv4Address("10.0.8.4"), IPv4Address("10.0.9.4"))
    assert resolve(vpc.vpc_client, NAME) == DnsAnswer("NOERROR", expected, frozenset({300}))


def test_a_name_that_is_not_there_is_an_answer_too(vpc: Vpc) -> None:
    assert resolve(vpc.vpc_client, NAME) == DnsAnswer("NXDOMAIN")


def test_a_resolver_that_is_silent_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        vpc_client = VpcClient(silent.getsockname(), "http://127.0.0.1:1")
        (answer,) = resolve_often(vpc_client, NAME, 1000)
    assert answer.failure.startswith(f"no answer from 127.0.0.1:{vpc_client.resolver[1]}: ")


def test_each_host_is_fetched_through_the_proxy_whatever_the_users_says(
    vpc: Vpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "10.0.8.4,.internal")
    vpc.dead = {"10.0.8.4"}
    assert fetch_all(vpc.vpc_client, ["10.0.8.4", NAME], 80) == (
        HttpReply("10.0.8.4", 504, "no rule lets you in\n"),
        HttpReply(NAME, 200, WORKS),
    )


def test_a_proxy_that_is_not_there_is_a_page_with_the_reason(vpc: Vpc) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    (page,) = fetch_all(VpcClient(vpc.vpc_client.resolver, proxy), ["10.0.8.4"], 80)
    assert page.status is None
    assert str(page).startswith(f"no answer by way of {proxy}: ")


@pytest.mark.parametrize("count", [0, 1, 8, 9, 40])
def test_a_promise_that_is_kept(vpc: Vpc, count: int) -> None:
    vpc.addresses = numbered(count)
    vpc.expectation(*vpc.addresses).check(vpc.vpc_client)
    assert vpc.queries_needed == module.queries_needed(count)
    assert vpc.fetched == {*vpc.addresses, *([NAME] if count else [])}


def test_a_promise_that_is_broken_names_each_address_and_what_it_gave(vpc: Vpc) -> None:
    vpc.addresses, vpc.dead = numbered(20), {"10.0.8.6"}
    promised = [*numbered(19), "10.0.9.9"]
    with pytest.raises(VpcAccessFailed) as caught:
        vpc.expectation(*promised).check(vpc.vpc_client)
    assert caught.value.problems == (
        f"10.0.9.9: in none of {module.queries_needed(20)} answers for {NAME}",
        f"10.0.8.23: answered for {NAME}, but no record",
        "http://10.0.8.6/: HTTP 504: no rule lets you in",
    )
