# SPDX-License-Identifier: Apache-2.0
"""Who answers at a URL: an embedded endpoint, another server, or nobody."""

from dataclasses import dataclass, field

from cloudmap_harness.aws.health import EndpointHealth, read_health
from cloudmap_harness.aws.vpc_choice import VpcAddresses, vpcs_of
from cloudmap_harness.errors import AwsError
from handson.errors import EndpointError


@dataclass(frozen=True)
class LocalEndpoint:
    """An embedded endpoint that answers."""

    url: str
    pid: int
    version: str
    dns: str
    """Where the resolver of its own VPC listens, the article's: `127.0.0.1:port`."""
    bastion: str
    """The URL of the proxy inside that VPC."""
    peak_memory: int = field(compare=False)
    """The most memory that the process has had resident so far, in bytes; it may grow between two
    looks at the same endpoint."""
    https: str | None = None
    """Its URL for clients that insist on HTTPS; None without LOCALAWS_TLS=1."""
    ca_bundle: str | None = None
    """The file with the certificate that such a client is to trust."""
    account: str | None = None
    """The file in which it keeps its account; None when it keeps nothing."""
    faults: tuple[str, ...] = ()
    """The faults that are on, a sentence each."""
    notice: str = ""
    """What became of a kept account that it could not use."""
    vpcs: tuple[VpcAddresses, ...] = ()
    """Its own VPC, once somebody has called it, and every other with a private zone or a task."""
    started: bool = False
    """Whether the call that returned this value started the process."""


@dataclass(frozen=True)
class OtherServer:
    """Another server that answers where the endpoint could be."""

    description: str


def find_at(url: str) -> LocalEndpoint | OtherServer | None:
    """Returns who answers at that URL; None when nobody listens."""
    try:
        health = read_health(url)
    except AwsError:
        return OtherServer("something that does not answer HTTP")
    if health is None:
        return None
    if health.edition is None:
        return OtherServer(f"another HTTP server ({health.server or 'no name'})")
    if health.edition != "localaws":
        version = f"{health.edition} {health.version}"
        return OtherServer(f"LocalStack ({version}); TARGET=localstack uses that")
    return _from_health(health)


def answers(url: str | None) -> bool:
    """Says whether an embedded endpoint answers at that URL."""
    return isinstance(find_at(url or ""), LocalEndpoint)


def find_running_at(url: str) -> LocalEndpoint:
    """Returns the endpoint at that URL. Raises EndpointError when it is not there."""
    found = find_at(url)
    if isinstance(found, LocalEndpoint):
        return found
    who = found.description if found else "nothing"
    raise EndpointError(f"{url}: localaws should answer there, but {who} does")


def _from_health(health: EndpointHealth) -> LocalEndpoint | OtherServer:
    """Reads what localaws adds to the health page."""
    page = health.page
    try:
        return LocalEndpoint(
            health.url,
            int(page["pid"]),
            str(page["version"]),
            str(page["dns"]),
            str(page["bastion"]),
            int(page["peakMemoryBytes"]),
            page.get("https"),
            page.get("caBundle"),
            page.get("account"),
            tuple(map(str, page.get("faults", ()))),
            str(page.get("notice", "")),
            vpcs_of(health),
        )
    except (AwsError, KeyError, TypeError, ValueError):
        return OtherServer(f"another HTTP server ({health.server or 'no name'})")
