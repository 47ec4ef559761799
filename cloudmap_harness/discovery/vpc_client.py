# SPDX-License-Identifier: Apache-2.0
"""DNS and HTTP as a host in the VPC sees them, through a resolver and an HTTP proxy that are there.

Imports no AWS client: the caller knows how the resolver and the proxy are reached.
"""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.SOA
import urllib3
from urllib3.exceptions import HTTPError

MAX_ANSWERS = 8
"""The most addresses in an answer under MULTIVALUE [Route 53 developer guide]."""
MISS_PROBABILITY = 1e-9
"""The accepted probability that some address is in none of the answers by bad luck."""
MIN_QUERIES = 4
MAX_CONNECTIONS = 16
"""Connections to the proxy at one time."""
TIMEOUT = 10.0
"""Seconds for one query and for one page."""
SOURCE_TASK = "X-Source-Task"
"""The header that names the task from which a request comes."""

_HTTP_PORT = 80


@dataclass(frozen=True)
class DnsAnswer:
    """A reply of the resolver, or the `failure` for which there is none."""

    rcode: str = ""
    addresses: tuple[IPv4Address, ...] = ()
    ttls: frozenset[int] = frozenset()
    failure: str = ""
    negative_ttl: int | None = None
    """How long one may remember that there is no address; None when no SOA says it."""


@dataclass(frozen=True)
class HttpReply:
    """A reply to a request for a host's first page, or the `failure` for which there is none."""

    host: str
    status: int | None
    body: str = ""
    failure: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return self.failure
        first = self.body.strip().partition("\n")[0]
        return f"HTTP {self.status}: {first[:200]}"


@dataclass(frozen=True)
class VpcClient:
    """A client inside the VPC: its resolver's address and port, and its proxy's URL."""

    resolver: tuple[str, int]
    proxy: str

    @classmethod
    def at(cls, resolver: str, proxy: str) -> "VpcClient":
        """Returns the client for a resolver at `host:port` and a proxy's URL."""
        host, _, port = resolver.rpartition(":")
        return cls((host, int(port)), proxy)

    def resolve(self, name: str) -> DnsAnswer:
        """Asks once for a name's A records, over UDP, and over TCP when the answer is truncated."""
        host, port = self.resolver
        query = dns.message.make_query(name, dns.rdatatype.A)
        try:
            reply, _ = dns.query.udp_with_fallback(query, host, timeout=TIMEOUT, port=port)
        except (dns.exception.DNSException, OSError) as error:
            return DnsAnswer(failure=f"no answer from {host}:{port}: {_root_cause(error)}")
        sets = [each for each in reply.answer if each.rdtype == dns.rdatatype.A]
        return DnsAnswer(
            dns.rcode.to_text(reply.rcode()),
            tuple(sorted(IPv4Address(str(record)) for each in sets for record in each)),
            frozenset(each.ttl for each in sets),
            negative_ttl=_negative_ttl(reply),
        )

    def resolve_often(self, name: str, times: int) -> list[DnsAnswer]:
        """Asks `times` times, one after another, and stops at the first failure."""
        answers: list[DnsAnswer] = []
        while len(answers) < times and not (answers and answers[-1].failure):
            answers.append(self.resolve(name))
        return answers

    def fetch_all(
        self, hosts: Sequence[str], port: int, *, path: str = "/", source: str | None = None
    ) -> tuple[HttpReply, ...]:
        """Gets a page of each host through the proxy, side by side, in the order of the hosts.

        `source` is the task, by id or ARN, in whose place the proxy connects. A page is asked for
        once: an error is not retried and a redirect is not followed.
        """
        headers = {SOURCE_TASK: source} if source else {}
        # urllib3 reads no variables: the user's no_proxy cannot send a request past the proxy.
        with (
            urllib3.ProxyManager(
                self.proxy, timeout=TIMEOUT, retries=False, maxsize=MAX_CONNECTIONS
            ) as proxy,
            ThreadPoolExecutor(max_workers=MAX_CONNECTIONS) as pool,
        ):
            urls = (page_url(host, port).removesuffix("/") + path for host in hosts)
            return tuple(pool.map(partial(self._fetch, proxy, headers), hosts, urls))

    def _fetch(
        self, proxy: urllib3.ProxyManager, headers: Mapping[str, str], host: str, url: str
    ) -> HttpReply:
        # A connection of its own for each page: a proxy may close one that waits for the next.
        headers = {**headers, "Connection": "close"}
        try:
            reply = proxy.request("GET", url, headers=headers)
        except HTTPError as error:
            failure = f"no answer by way of {self.proxy}: {_root_cause(error)}"
            return HttpReply(host, None, failure=failure)
        return HttpReply(host, reply.status, reply.data.decode(errors="replace"))


def queries_needed(addresses: int) -> int:
    """Returns how many answers show all of `addresses` addresses, but for MISS_PROBABILITY.

    One answer leaves an address out with the probability 1 - 8/n, q answers with (1 - 8/n)^q, and
    some of the n addresses with at most n times that.
    """
    if addresses <= MAX_ANSWERS:
        return MIN_QUERIES
    return math.ceil(math.log(MISS_PROBABILITY / addresses) / math.log1p(-MAX_ANSWERS / addresses))


def page_url(host: str, port: int) -> str:
    """Returns the URL of a host's first page, as a person types it."""
    return f"http://{host}/" if port == _HTTP_PORT else f"http://{host}:{port}/"


def _negative_ttl(reply: dns.message.Message) -> int | None:
    """Returns the lesser of the SOA's TTL and of its MINIMUM field [RFC 2308, section 5]."""
    lives = [
        min(each.ttl, record.minimum)
        for each in reply.authority
        for record in each
        if isinstance(record, dns.rdtypes.ANY.SOA.SOA)
    ]
    return min(lives, default=None)


def _root_cause(error: BaseException) -> str:
    """Returns the text of the innermost error: urllib3 wraps the socket's in its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__
