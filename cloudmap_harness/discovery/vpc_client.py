# SPDX-License-Identifier: Apache-2.0
"""What a host in the VPC sees: the name resolves and the containers answer.

A place in the VPC is a resolver and an HTTP proxy that stand there; who knows them gives them.
"""

import http.client
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import urlsplit

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

MOST_ANSWERS = 8
"""Addresses in an answer under MULTIVALUE, at the most [Route 53 developer guide]."""
MISS_PROBABILITY = 1e-9
"""The chance, at the most, that an address which is answered is in none of the answers we see."""
FEWEST_QUERIES = 4
AT_ONCE = 16
"""Connections through the proxy."""
TIMEOUT = 10.0
"""Seconds for one query and for one page."""


@dataclass(frozen=True)
class VpcClient:
    """A place inside the VPC: its resolver's address and port, and its proxy's URL."""

    resolver: tuple[str, int]
    proxy: str

    @classmethod
    def at(cls, resolver: str, proxy: str) -> "VpcClient":
        """From `host:port` and a URL."""
        host, _, port = resolver.rpartition(":")
        return cls((host, int(port)), proxy)


@dataclass(frozen=True)
class DnsAnswer:
    """A reply of the resolver; `failure` when there was none."""

    rcode: str = ""
    addresses: tuple[IPv4Address, ...] = ()
    ttls: frozenset[int] = frozenset()
    failure: str = ""


@dataclass(frozen=True)
class HttpReply:
    """What came of fetching a host's first page; `failure` when no HTTP reply came."""

    host: str
    status: int | None
    body: str = ""
    failure: str = ""

    def __str__(self) -> str:
        if self.status is None:
            return self.failure
        first = self.body.strip().partition("\n")[0]
        return f"HTTP {self.status}: {first[:200]}"


def queries_needed(addresses: int) -> int:
    """How often to ask so that all of so many addresses are seen, but for a chance of MISS.

    One answer leaves an address out with the chance 1 - 8/n, q answers with (1 - 8/n)^q, and some
    of the n with n times that at the most.
    """
    if addresses <= MOST_ANSWERS:
        return FEWEST_QUERIES
    return math.ceil(math.log(MISS_PROBABILITY / addresses) / math.log1p(-MOST_ANSWERS / addresses))


def resolve(vpc_client: VpcClient, name: str) -> DnsAnswer:
    """Ask for a name's A records, once, over UDP, and over TCP when the answer needs that."""
    host, port = vpc_client.resolver
    query = dns.message.make_query(name, dns.rdatatype.A)
    try:
        reply, _ = dns.query.udp_with_fallback(query, host, timeout=TIMEOUT, port=port)
    except (dns.exception.DNSException, OSError) as error:
        return DnsAnswer(failure=f"no answer from {host}:{port}: {_words(error)}")
    sets = [each for each in reply.answer if each.rdtype == dns.rdatatype.A]
    return DnsAnswer(
        dns.rcode.to_text(reply.rcode()),
        tuple(sorted(IPv4Address(str(record)) for each in sets for record in each)),
        frozenset(each.ttl for each in sets),
    )


def resolve_often(vpc_client: VpcClient, name: str, times: int) -> list[DnsAnswer]:
    """So many answers; fewer only when the last one is a failure."""
    answers: list[DnsAnswer] = []
    while len(answers) < times and not (answers and answers[-1].failure):
        answers.append(resolve(vpc_client, name))
    return answers


def fetch_all(vpc_client: VpcClient, hosts: Sequence[str], port: int) -> tuple[HttpReply, ...]:
    """Each host's first page, in the order of the hosts."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return tuple(pool.map(_fetcher(vpc_client, port), hosts))


def url(host: str, port: int) -> str:
    """A host's first page, as a person types it."""
    return f"http://{host}/" if port == http.client.HTTP_PORT else f"http://{host}:{port}/"


def _fetcher(vpc_client: VpcClient, port: int) -> Callable[[str], HttpReply]:
    proxy = urlsplit(vpc_client.proxy)

    def fetch(host: str) -> HttpReply:
        # Not urllib: the user's no_proxy would send it past the proxy.
        connection = http.client.HTTPConnection(str(proxy.hostname), proxy.port, timeout=TIMEOUT)
        try:
            connection.request("GET", url(host, port))
            reply = connection.getresponse()
            return HttpReply(host, reply.status, reply.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            return HttpReply(
                host, None, failure=f"no answer by way of {vpc_client.proxy}: {_words(error)}"
            )
        finally:
            connection.close()

    return fetch


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
