# SPDX-License-Identifier: Apache-2.0
"""DNS and HTTP inside the VPC that a test's Terraform has made."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cloudmap_harness.aws.health import read_health
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.vpc_choice import VpcAddresses, choose_vpc, vpcs_of
from cloudmap_harness.discovery.vpc_client import HttpReply, VpcClient
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.testing.cloud import Cloud


class NotInside(HarnessError):
    """Raised where no VPC can be looked into: only the embedded endpoint has a way in."""

    def __init__(self, target: Target) -> None:
        super().__init__(
            f"--target={target}: a VPC there can only be looked into from a host inside it"
        )


@dataclass(frozen=True)
class Inside:
    """The way into the VPCs of an account. Each look asks the endpoint which VPCs there are."""

    cloud: Cloud

    def vpc(self, vpc: str | None = None) -> VpcAddresses:
        """Returns the VPC of an id or a Name tag, or the only one that has a zone or a task.

        Raises NotInside, VpcNotChosen and AwsError.
        """
        place = self.cloud.place
        if place.endpoint is None or place.target is not Target.LOCAL:
            raise NotInside(place.target)
        health = read_health(place.endpoint)
        listed = vpcs_of(health) if health else ()
        return choose_vpc(listed, vpc, account=self.cloud.account, region=place.region)

    def client(self, vpc: str | None = None) -> VpcClient:
        """Returns a client inside a VPC. Raises NotInside, VpcNotChosen and AwsError."""
        found = self.vpc(vpc)
        return VpcClient.at(found.dns, found.bastion)


@dataclass(frozen=True)
class Resolved:
    """An answer of the resolver."""

    rcode: str
    """`NOERROR`, `NXDOMAIN` for a name that is not there, `REFUSED` for one in no zone."""
    addresses: list[str]
    """At most eight, in order."""
    ttls: list[int]
    failure: str
    """Why there was no answer, or empty."""


@dataclass(frozen=True)
class VpcDns:
    """The resolver of a VPC: `vpc_dns("web.shop.internal").addresses`."""

    inside: Inside = field(repr=False)

    def __call__(self, name: str, *, vpc: str | None = None) -> Resolved:
        """Asks once for a name's A records. Raises NotInside, VpcNotChosen and AwsError."""
        answer = self.inside.client(vpc).resolve(name)
        addresses = [*map(str, answer.addresses)]
        return Resolved(answer.rcode, addresses, sorted(answer.ttls), answer.failure)

    def server(self, vpc: str | None = None) -> tuple[str, int]:
        """Returns the resolver's address and port, UDP and TCP, for another DNS client."""
        return self.inside.client(vpc).resolver


@dataclass(frozen=True)
class VpcHttp:
    """The way of HTTP into a VPC: `vpc_http("http://web.shop.internal/").status`."""

    inside: Inside = field(repr=False)

    def __call__(self, url: str, *, source: str | None = None, vpc: str | None = None) -> HttpReply:
        """Gets a page inside the VPC, as its bastion or as the task `source`, by id or ARN.

        Security groups are heeded. Raises NotInside, VpcNotChosen, AwsError, and ValueError for a
        URL that is not http.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url}: an http URL is wanted, such as http://web.shop.internal/")
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        client = self.inside.client(vpc)
        (reply,) = client.fetch_all([parts.hostname], parts.port or 80, path=path, source=source)
        return reply

    def proxy(self, vpc: str | None = None) -> str:
        """Returns the URL of the HTTP proxy inside the VPC, for another HTTP client."""
        return self.inside.client(vpc).proxy
