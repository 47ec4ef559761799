# SPDX-License-Identifier: Apache-2.0
"""Reads LocalStack's health and info pages, which other endpoints serve too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from cloudmap_harness.errors import AwsError

NEEDED_SERVICES = ("ec2", "ecs", "route53", "servicediscovery", "sts")
"""LocalStack's names of the services that service discovery on ECS uses."""


@dataclass(frozen=True)
class EndpointHealth:
    """What an endpoint says of itself."""

    url: str
    server: str
    """The HTTP header Server; empty without one."""
    edition: str | None = None
    """None, as `version`, when the endpoint has no health page."""
    version: str | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    """State by service."""
    licensed: bool | None = None
    """Whether a LocalStack has an activated licence; None for another endpoint."""
    page: Mapping[str, Any] = field(default_factory=dict)
    """The whole health page."""

    @property
    def name(self) -> str:
        """The edition and the version, for people: `LocalStack pro 4.14`."""
        if self.edition is None:
            return "an endpoint without a health page"
        name = f"{self.edition} {self.version}"
        return name if self.licensed is None else f"LocalStack {name}"


def read_health(url: str, timeout: float = 5.0) -> EndpointHealth | None:
    """Returns what the endpoint at that URL says; None when nobody listens there.

    Raises AwsError when something else than an HTTP server answers, or nothing within `timeout`
    seconds.
    """
    with urllib3.PoolManager(retries=False, timeout=timeout) as http:  # Heeds no proxy variable.
        try:
            server, page = _read_page(http, url, "health")
            if "edition" not in page:
                return EndpointHealth(url, server)
            _, info = _read_page(http, url, "info")
        except HTTPError as error:
            if isinstance(error.__cause__, ConnectionRefusedError):
                return None
            raise AwsError(url, type(error).__name__, str(error)) from error
    licensed = info.get("is_license_activated")
    services = page.get("services")
    return EndpointHealth(
        url=url,
        server=server,
        edition=str(page["edition"]),
        version=str(page.get("version", "?")),
        services=services if isinstance(services, dict) else {},
        licensed=None if licensed is None else bool(licensed),
        page=page,
    )


def localstack_advice(health: EndpointHealth) -> tuple[str, ...]:
    """Returns what a LocalStack lacks for service discovery on ECS, and what to do; () for another.

    A LocalStack lists a service as "disabled", or not at all, when it does not serve that.
    """
    if health.licensed is None:
        return ()
    absent = [name for name in NEEDED_SERVICES if health.services.get(name) in (None, "disabled")]
    lines = []
    if absent:
        lines.append(
            f"this LocalStack has no {', '.join(absent)}: Cloud Map (servicediscovery) is in "
            "LocalStack's top paid plan (docs.localstack.cloud/aws/licensing)"
        )
    if not health.licensed:
        lines.append(
            "no licence is activated: start LocalStack with LOCALSTACK_AUTH_TOKEN set to the "
            "token of a user who has one"
        )
    return tuple(lines)


def _read_page(http: urllib3.PoolManager, url: str, name: str) -> tuple[str, dict[str, Any]]:
    """Returns the header Server and the page's JSON object, {} when the page is something else."""
    reply = http.request("GET", f"{url.rstrip('/')}/_localstack/{name}", redirect=False)
    server = reply.headers.get("Server", "")
    try:
        page = json.loads(reply.data)
    except ValueError:
        page = None
    return server, page if reply.status == 200 and isinstance(page, dict) else {}
