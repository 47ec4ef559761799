# SPDX-License-Identifier: Apache-2.0
"""What Cloud Map refuses beyond the constraints of its model: combinations, limits, quotas.

Sources: API reference of CreateService, UpdateService, RegisterInstance, DnsRecord, DnsConfig and
HealthCheckCustomConfig; the developer guide's quotas. Every refusal is an InvalidInput or a
ResourceLimitExceeded; AWS's exact sentences are not documented and are ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from localaws.cloudmap.errors import InvalidInput, ResourceLimitExceeded, TooManyTags
from localaws.cloudmap.models import Service
from localaws.moto_mixins import ErrorReply

NAMESPACES_PER_REGION = 50
INSTANCES_PER_NAMESPACE = 2000
INSTANCES_PER_SERVICE = 1000
CUSTOM_ATTRIBUTES_PER_INSTANCE = 30
CHARACTERS_OF_ATTRIBUTES = 5000
TAGS_PER_RESOURCE = 50

RECORD_TYPE_SETS = ({"A"}, {"AAAA"}, {"A", "AAAA"}, {"SRV"}, {"CNAME"})

RESERVED_ATTRIBUTES = {
    "AWS_ALIAS_DNS_NAME",
    "AWS_EC2_INSTANCE_ID",
    "AWS_INIT_HEALTH_STATUS",
    "AWS_INSTANCE_CNAME",
    "AWS_INSTANCE_IPV4",
    "AWS_INSTANCE_IPV6",
    "AWS_INSTANCE_PORT",
}


def dns_config(config: Mapping[str, Any], namespace_id: str) -> dict[str, Any]:
    """A service's DNS configuration as it is kept and shown: with its namespace and its policy.

    Raises InvalidInput for record types that do not go together.
    """
    records = [{"Type": record["Type"], "TTL": record["TTL"]} for record in config["DnsRecords"]]
    types = [record["Type"] for record in records]
    if len(types) != len(set(types)) or set(types) not in RECORD_TYPE_SETS:
        raise InvalidInput(
            f"DnsRecords cannot be {', '.join(types) or 'empty'}: "
            "A, AAAA, A with AAAA, SRV or CNAME can be used."
        )
    policy = config.get("RoutingPolicy") or ("WEIGHTED" if types == ["CNAME"] else "MULTIVALUE")
    if types == ["CNAME"] and policy != "WEIGHTED":
        raise InvalidInput("CNAME records need the routing policy WEIGHTED.")
    return {"NamespaceId": namespace_id, "RoutingPolicy": policy, "DnsRecords": records}


def health_checks(
    config: Mapping[str, Any] | None,
    custom: Mapping[str, Any] | None,
    namespace_type: str,
) -> None:
    """Raise InvalidInput for health checks that exclude each other or do not fit the namespace."""
    if config and custom is not None:
        raise InvalidInput(
            "HealthCheckConfig and HealthCheckCustomConfig cannot be used together in a service."
        )
    if config and namespace_type == "DNS_PRIVATE":
        raise InvalidInput("HealthCheckConfig cannot be used in a private DNS namespace.")


def dns_records_change(service: Service, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that an UpdateService asks for: existing types, perhaps with another TTL."""
    existing = {record["Type"] for record in service.dns_records}
    for record in records:
        if record["Type"] not in existing:
            raise InvalidInput(
                f"DnsRecords of service {service.id} cannot get the type {record['Type']}: "
                "only the TTL of an existing record can be changed."
            )
    return [{"Type": record["Type"], "TTL": record["TTL"]} for record in records]


def instance_attributes(service: Service, attributes: Mapping[str, str]) -> None:
    """Raise InvalidInput unless an instance with these attributes can be in the service."""
    if "AWS_ALIAS_DNS_NAME" in attributes:
        raise ErrorReply(
            "NotImplemented", "This endpoint has no alias records: AWS_ALIAS_DNS_NAME."
        )
    for record in service.dns_records:
        _has_what_the_record_needs(record["Type"], attributes)
    _address("AWS_INSTANCE_IPV4", attributes, ipaddress.IPv4Address)
    _address("AWS_INSTANCE_IPV6", attributes, ipaddress.IPv6Address)
    port = attributes.get("AWS_INSTANCE_PORT", "1")
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise InvalidInput(f"AWS_INSTANCE_PORT must be a port from 1 to 65535, not '{port}'.")
    _initial_health(service, attributes)
    if "AWS_EC2_INSTANCE_ID" in attributes and not service.in_http_namespace:
        raise InvalidInput("AWS_EC2_INSTANCE_ID can be used only in an HTTP namespace.")
    _sizes(attributes)


def _has_what_the_record_needs(type_: str, attributes: Mapping[str, str]) -> None:
    either = {
        "A": ("AWS_INSTANCE_IPV4",),
        "AAAA": ("AWS_INSTANCE_IPV6",),
        "CNAME": ("AWS_INSTANCE_CNAME",),
        "SRV": ("AWS_INSTANCE_IPV4", "AWS_INSTANCE_IPV6"),
    }[type_]
    if type_ == "SRV" and "AWS_INSTANCE_PORT" not in attributes:
        raise InvalidInput("An instance of a service with SRV records needs AWS_INSTANCE_PORT.")
    if not any(name in attributes for name in either):
        raise InvalidInput(
            f"An instance of a service with {type_} records needs {' or '.join(either)}."
        )


def _address(
    name: str,
    attributes: Mapping[str, str],
    kind: type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address],
) -> None:
    if name not in attributes:
        return
    try:
        kind(attributes[name])
    except ValueError as error:
        raise InvalidInput(f"{name} is not an address: '{attributes[name]}'.") from error


def _initial_health(service: Service, attributes: Mapping[str, str]) -> None:
    status = attributes.get("AWS_INIT_HEALTH_STATUS")
    if status is None:
        return
    if service.health_check_custom_config is None:
        raise InvalidInput("AWS_INIT_HEALTH_STATUS needs a service with HealthCheckCustomConfig.")
    if status not in ("HEALTHY", "UNHEALTHY"):
        raise InvalidInput(f"AWS_INIT_HEALTH_STATUS is HEALTHY or UNHEALTHY, not '{status}'.")


def _sizes(attributes: Mapping[str, str]) -> None:
    custom = [name for name in attributes if name not in RESERVED_ATTRIBUTES]
    if reserved := [name for name in custom if name.startswith("AWS_")]:
        raise InvalidInput(f"Attribute names that begin with AWS_ are reserved: {reserved[0]}.")
    if len(custom) > CUSTOM_ATTRIBUTES_PER_INSTANCE:
        raise InvalidInput(
            f"An instance can have {CUSTOM_ATTRIBUTES_PER_INSTANCE} custom attributes, "
            f"not {len(custom)}."
        )
    characters = sum(len(name) + len(value) for name, value in attributes.items())
    if characters > CHARACTERS_OF_ATTRIBUTES:
        raise InvalidInput(
            f"The attributes of an instance can have {CHARACTERS_OF_ATTRIBUTES} characters "
            f"in all, not {characters}."
        )


def tags(given: Sequence[Mapping[str, str]]) -> None:
    """Raise TooManyTagsException for more tags than a resource can have."""
    if len(given) > TAGS_PER_RESOURCE:
        raise TooManyTags(f"A resource can have {TAGS_PER_RESOURCE} tags, not {len(given)}.")


def quota(what: str, used: int, limit: int) -> None:
    """Raise ResourceLimitExceeded unless one more of `what` fits."""
    if used >= limit:
        raise ResourceLimitExceeded(f"The quota of {limit} {what} is used up.")
