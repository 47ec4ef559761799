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
        """Fully qualified, with the final dot, in lower case as Route 53 has it."""
        return f"{self.name}.{self.namespace}.".lower()

    def __str__(self) -> str:
        if self.hosted_zone_id is None:
            return f"{self.name} in {self.namespace} (HTTP)"
        return self.record_name.rstrip(".")


Siblings = Mapping[str, Registry]
"""Every Cloud Map service of a hosted zone, by the name of its records."""


def owner_of(name: str, siblings: Siblings) -> Registry | None:
    """Returns whose record has that name: the service of the name, or the nearest above it.

    The targets of SRV records have names below their service's. So may another service.
    """
    while name and name not in siblings:
        name = name.partition(".")[2]
    return siblings.get(name)


@dataclass(frozen=True)
class Registries:
    """The registries that were asked for, by ARN, and every name in their hosted zones."""

    by_arn: Mapping[str, Registry]
    siblings: Mapping[str, Siblings]
    """By the hosted zone's id."""
    unowned: tuple[Registry, ...] = ()
    """The Cloud Map services that were not asked for, in a look at a whole region."""


def find_registries(
    aws: AwsClients, arns: Iterable[str], *, everywhere: bool = False
) -> Registries:
    """Looks for Cloud Map services by their ARNs; one that does not exist is left out.

    With `everywhere`, the other services of every namespace are found too. Raises AwsError.
    """
    missing = set(arns)
    by_arn: dict[str, Registry] = {}
    siblings: dict[str, Siblings] = {}
    unowned: list[Registry] = []
    if missing or everywhere:
        for namespace in _namespaces(aws):
            found = tuple(_services(aws, namespace))
            wanted = {each.arn: each for each in found if each.arn in missing}
            by_arn |= wanted
            seen = found if everywhere else wanted.values()
            unowned += [each for each in seen if each.arn not in wanted]
            for zone_id in {each.hosted_zone_id for each in seen} - {None}:
                siblings[str(zone_id)] = {
                    each.record_name: each for each in found if each.hosted_zone_id
                }
            missing -= wanted.keys()
            if not (missing or everywhere):
                break
    return Registries(by_arn, siblings, tuple(unowned))


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
