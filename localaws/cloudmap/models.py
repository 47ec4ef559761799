# SPDX-License-Identifier: Apache-2.0
"""Namespaces, services and instances; the attributes have the names of the API's members."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.cloudmap.operations import ID_ALPHABET
from localaws.hosted_zones import ManagedZone

DEFAULT_SOA_TTL = 900
"""Seconds, as in captured zones. AWS does not document the default; ours."""


def arn(region: str, account_id: str, kind: str, id_: str) -> str:
    """The ARN of a namespace or a service."""
    return f"arn:{get_partition(region)}:servicediscovery:{region}:{account_id}:{kind}/{id_}"


def id_of(id_or_arn: str) -> str:
    """The id in a parameter that takes an id or an ARN."""
    return id_or_arn.rsplit("/", 1)[-1]


def service_id(namespace_id: str, name: str) -> str:
    """`srv-` and 16 characters, the same whenever the service is created again in its namespace.

    Source: hashicorp/terraform-provider-aws issue 46930.
    """
    number = int.from_bytes(hashlib.sha256(f"{namespace_id}/{name.lower()}".encode()).digest())
    characters = []
    for _ in range(16):
        number, digit = divmod(number, len(ID_ALPHABET))
        characters.append(ID_ALPHABET[digit])
    return "srv-" + "".join(characters)


@dataclass(kw_only=True)
class Namespace:
    """A namespace; an HTTP namespace has no `zone`, and only a private one has a `vpc`."""

    id: str
    arn: str
    resource_owner: str
    name: str
    type: str
    """DNS_PRIVATE, DNS_PUBLIC or HTTP."""
    http_name: str
    description: str | None
    creator_request_id: str
    vpc: str | None = None
    zone: ManagedZone | None = None
    create_date: datetime = field(default_factory=runtime.timestamp)
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def service_count(self) -> int:
        return len(self.services)

    @property
    def properties(self) -> dict[str, Any]:
        properties: dict[str, Any] = {"HttpProperties": {"HttpName": self.http_name}}
        if self.zone:
            properties["DnsProperties"] = {
                "HostedZoneId": self.zone.resource_id,
                "SOA": {"TTL": self.zone.soa_ttl},
            }
        return properties


@dataclass(kw_only=True)
class Service:
    """A service; without `dns_config` its instances are not in DNS."""

    id: str
    arn: str
    resource_owner: str
    created_by_account: str
    name: str
    namespace_id: str
    description: str | None
    dns_config: dict[str, Any] | None
    health_check_config: dict[str, Any] | None
    health_check_custom_config: dict[str, Any] | None
    creator_request_id: str
    only_http: bool
    """Created with Type HTTP: its instances are not in DNS, even in a DNS namespace."""
    in_http_namespace: bool
    create_date: datetime = field(default_factory=runtime.timestamp)
    instances: dict[str, Instance] = field(default_factory=dict)
    registering: set[str] = field(default_factory=set)
    """The ids of the instances to come: those whose first registration is in progress."""
    revision: int = 0
    """Increases when an instance is registered or deregistered, not when its health changes."""
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return "HTTP" if self.only_http or self.in_http_namespace else "DNS_HTTP"

    @property
    def instance_count(self) -> int:
        return len(self.instances)

    @property
    def dns_records(self) -> list[dict[str, Any]]:
        """Type and TTL of each record that an instance gets."""
        return self.dns_config["DnsRecords"] if self.dns_config else []

    @property
    def routing_policy(self) -> str | None:
        return self.dns_config["RoutingPolicy"] if self.dns_config else None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """An instance; `id` is the caller's, for an ECS task its task id."""

    id: str
    attributes: dict[str, str]
    creator_request_id: str
    created_by_account: str
    health_status: str
    """HEALTHY or UNHEALTHY as discovery and DNS see it, UNKNOWN without a health check."""
