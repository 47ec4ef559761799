# SPDX-License-Identifier: Apache-2.0
"""Lists hosted zones, and the A records in a namespace's zone.

A zone that Cloud Map created has no tags, and nobody but Cloud Map can delete it: it is recognized
by its owner and its name, which is the namespace's [CreatePrivateDnsNamespace].
"""

from collections.abc import Callable, Iterator

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames

_CLOUD_MAP = "servicediscovery.amazonaws.com"


def list_owned(aws: AwsClients, owns_zone: Callable[[str], bool]) -> Iterator[Resource]:
    """Yields the zones that Cloud Map created and whose name, with its last dot, is the project's.

    Such a zone is listed whether or not its namespace still exists.
    """
    for page in aws.route53.get_paginator("list_hosted_zones").paginate():
        for zone in page["HostedZones"]:
            owner = zone.get("LinkedService", {}).get("ServicePrincipal", "")
            if owner == _CLOUD_MAP and owns_zone(zone["Name"]):
                yield _zone(zone["Id"], zone["Name"])


def list_by_names(aws: AwsClients, names: ResourceNames) -> Iterator[Resource]:
    """Yields every zone with the namespace's name, each after its A records."""
    for page in aws.route53.get_paginator("list_hosted_zones").paginate():
        for zone in page["HostedZones"]:
            if zone["Name"] == f"{names.namespace}.".lower():
                yield from _records(aws, zone["Id"])
                yield _zone(zone["Id"], zone["Name"])


def _records(aws: AwsClients, zone_id: str) -> Iterator[Resource]:
    pages = aws.route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    for page in pages:
        for record_set in page["ResourceRecordSets"]:
            if record_set["Type"] != "A":
                continue
            for record in record_set.get("ResourceRecords", []):
                id_ = f"{record_set['Name']} {record['Value']}"
                yield Resource(ResourceKind.RECORD, id_, record_set["Name"])


def _zone(id_: str, name: str) -> Resource:
    return Resource(ResourceKind.HOSTED_ZONE, id_.rpartition("/")[2], name)
