# SPDX-License-Identifier: Apache-2.0
"""The Cloud Map services in which ECS services register their tasks.

They are listed by namespace, not got one by one: a region of two hundred services in one
namespace is three calls.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudmap_harness.aws.clients import AwsClients

if TYPE_CHECKING:
    from mypy_boto3_servicediscovery.type_defs import NamespaceSummaryTypeDef, ServiceSummaryTypeDef

CLOUD_MAP_PAGE = 100


@dataclass(frozen=True)
class Registry:
    """A Cloud Map service, its namespace, and the records that it makes of each instance."""

    service_id: str
    arn: str
    name: str
    namespace: str
    hosted_zone_id: str | None
    """None when no record is made: an HTTP namespace, or a service of type HTTP."""
    ttls: Mapping[str, int]
    """The TTL in seconds of each type of record."""
    multivalue: bool
    """Whether the routing policy is MULTIVALUE; WEIGHTED otherwise."""
    has_health: bool
    """Whether instances have a health status."""
    http_name: str
    """The namespace's name in DiscoverInstances."""

    @property
    def record_name(self) -> str:
        """Fully qualified, with the final dot."""
        return f"{self.name}.{self.namespace}."

    def has_name(self, name: str) -> bool:
        """Whether a record's name is the service's, or that of an instance's host below it."""
        return name == self.record_name or name.endswith(f".{self.record_name}")

    def __str__(self) -> str:
        if self.hosted_zone_id is None:
            return f"{self.name} in {self.namespace} (HTTP)"
        return self.record_name.rstrip(".")


@dataclass(frozen=True)
class Registries:
    """The registries that were asked for, by ARN, and every name in their hosted zones."""

    by_arn: Mapping[str, Registry]
    siblings: Mapping[str, tuple[Registry, ...]]
    """Every Cloud Map service of a hosted zone, by the zone's id."""


def find_registries(aws: AwsClients, arns: Iterable[str]) -> Registries:
    """Looks for Cloud Map services by their ARNs; one that does not exist is left out.

    Raises AwsError.
    """
    missing = set(arns)
    by_arn: dict[str, Registry] = {}
    siblings: dict[str, tuple[Registry, ...]] = {}
    if missing:
        for namespace in _namespaces(aws):
            found = tuple(_services(aws, namespace))
            wanted = {each.arn: each for each in found if each.arn in missing}
            by_arn |= wanted
            for zone_id in {each.hosted_zone_id for each in wanted.values()} - {None}:
                siblings[str(zone_id)] = tuple(each for each in found if each.hosted_zone_id)
            missing -= wanted.keys()
            if not missing:
                break
    return Registries(by_arn, siblings)


def _namespaces(aws: AwsClients) -> Iterator["NamespaceSummaryTypeDef"]:
    with aws.errors_explained():
        pages = aws.servicediscovery.get_paginator("list_namespaces").paginate(
            PaginationConfig={"PageSize": CLOUD_MAP_PAGE}
        )
        for page in pages:
            yield from page["Namespaces"]


def _services(aws: AwsClients, namespace: "NamespaceSummaryTypeDef") -> Iterator[Registry]:
    with aws.errors_explained():
        pages = aws.servicediscovery.get_paginator("list_services").paginate(
            Filters=[{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]], "Condition": "EQ"}],
            PaginationConfig={"PageSize": CLOUD_MAP_PAGE},
        )
        for page in pages:
            for service in page["Services"]:
                yield _registry(namespace, service)


def _registry(namespace: "NamespaceSummaryTypeDef", service: "ServiceSummaryTypeDef") -> Registry:
    properties = namespace.get("Properties", {})
    dns = service.get("DnsConfig", {})
    records = dns.get("DnsRecords", [])
    zone_id = properties.get("DnsProperties", {}).get("HostedZoneId")
    return Registry(
        service_id=service["Id"],
        arn=service["Arn"],
        name=service["Name"],
        namespace=namespace["Name"],
        hosted_zone_id=zone_id if records else None,
        ttls={record["Type"]: record["TTL"] for record in records},
        # MULTIVALUE is what a service without a policy gets [ECS developer guide, tutorial].
        multivalue=dns.get("RoutingPolicy", "MULTIVALUE") == "MULTIVALUE",
        has_health="HealthCheckConfig" in service or "HealthCheckCustomConfig" in service,
        http_name=properties.get("HttpProperties", {}).get("HttpName", namespace["Name"]),
    )
