# SPDX-License-Identifier: Apache-2.0
"""From an instance to its Route 53 record sets: one for each record type of its service.

Sources: DnsConfig and DnsRecord in the API reference; the listing of AWS's tutorial.
"""

from __future__ import annotations

from collections.abc import Iterator

from localaws.cloudmap.models import Instance, Namespace, Service
from localaws.dns_records import DnsRecordSet
from localaws.zone_index import lower_case

WEIGHT = 1
"""The weight of each record set under WEIGHTED. AWS documents equal weights; the number is ours."""

ADDRESS_ATTRIBUTES = {"A": "AWS_INSTANCE_IPV4", "AAAA": "AWS_INSTANCE_IPV6"}


def record_sets(namespace: Namespace, service: Service, instance: Instance) -> list[DnsRecordSet]:
    """All record sets of an instance; none when its service has no DNS configuration."""
    is_multivalue = service.routing_policy == "MULTIVALUE"
    return [
        DnsRecordSet(
            name=name,
            type=type_,
            ttl=ttl,
            values=(value,),
            set_identifier=instance.id,
            multi_value_answer=True if is_multivalue else None,
            weight=None if is_multivalue else WEIGHT,
            healthy=instance.health_status != "UNHEALTHY",
        )
        for name, type_, ttl, value in _records(namespace, service, instance)
    ]


def _records(
    namespace: Namespace, service: Service, instance: Instance
) -> Iterator[tuple[str, str, int, str]]:
    """Name, type, TTL and value of each record.

    Cloud Map keeps the case of its names; Route 53 has none [developer guide, "DNS domain name
    format"]. That a value which names a host has none either is ours.
    """
    name = lower_case(f"{service.name}.{namespace.name}.")
    attributes = instance.attributes
    for record in service.dns_records:
        type_, ttl = record["Type"], record["TTL"]
        if type_ == "SRV":
            # Priority and weight "are both set to 1 and can't be changed" [DnsRecord].
            host = lower_case(f"{instance.id}.{name}")
            yield name, "SRV", ttl, f"1 1 {attributes['AWS_INSTANCE_PORT']} {host}"
            for address_type, attribute in ADDRESS_ATTRIBUTES.items():
                if attribute in attributes:
                    yield host, address_type, ttl, attributes[attribute]
        elif type_ == "CNAME":
            yield name, "CNAME", ttl, attributes["AWS_INSTANCE_CNAME"]
        elif ADDRESS_ATTRIBUTES[type_] in attributes:
            yield name, type_, ttl, attributes[ADDRESS_ATTRIBUTES[type_]]
