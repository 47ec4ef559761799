# SPDX-License-Identifier: Apache-2.0
"""From instances to Route 53 record sets: one set for each instance and record type.

Sources: DnsConfig and DnsRecord in the API reference; the listing of AWS's tutorial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from moto.route53.models import RecordSet

from localaws.cloudmap.models import Instance, Namespace, Service
from localaws.route53 import record_set

WEIGHT = 1
"""Of each record under WEIGHTED: documented as equal for all; the number is a choice."""

ADDRESS_ATTRIBUTES = {"A": "AWS_INSTANCE_IPV4", "AAAA": "AWS_INSTANCE_IPV6"}


def record_sets(namespace: Namespace, services: Iterable[Service]) -> list[RecordSet]:
    """All record sets that the instances of these services of the namespace amount to."""
    return [
        record
        for service in services
        for instance in service.instances.values()
        for record in _of_instance(namespace, service, instance)
    ]


def _of_instance(namespace: Namespace, service: Service, instance: Instance) -> Iterator[RecordSet]:
    name = f"{service.name}.{namespace.name}."
    host = f"{instance.id}.{name}"
    for record in service.dns_records:
        type_, ttl = record["Type"], record["TTL"]
        if type_ == "SRV":
            port = instance.attributes["AWS_INSTANCE_PORT"]
            # Priority and weight "are both set to 1 and can't be changed".
            yield _set(service, instance, name, "SRV", ttl, f"1 1 {port} {host}")
            for address_type, attribute in ADDRESS_ATTRIBUTES.items():
                if address := instance.attributes.get(attribute):
                    yield _set(service, instance, host, address_type, ttl, address)
        elif type_ == "CNAME":
            value = instance.attributes["AWS_INSTANCE_CNAME"]
            yield _set(service, instance, name, "CNAME", ttl, value)
        elif address := instance.attributes.get(ADDRESS_ATTRIBUTES[type_]):
            yield _set(service, instance, name, type_, ttl, address)


def _set(
    service: Service, instance: Instance, name: str, type_: str, ttl: int, value: str
) -> RecordSet:
    return _marked(service, instance, Name=name, Type=type_, TTL=ttl, ResourceRecords=[value])


def _marked(service: Service, instance: Instance, **fields: Any) -> RecordSet:
    """A record set that bears its instance's id, under the service's routing policy."""
    if service.routing_policy == "MULTIVALUE":
        fields["MultiValueAnswer"] = True
    else:
        fields["Weight"] = WEIGHT
    record = record_set(SetIdentifier=instance.id, **fields)
    # Not part of a listing: what the VPC's resolver goes by.
    record.healthy = instance.health_status != "UNHEALTHY"  # type: ignore[attr-defined]
    return record
