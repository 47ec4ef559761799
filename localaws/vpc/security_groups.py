# SPDX-License-Identifier: Apache-2.0
"""What security groups let through; whatever no rule allows is dropped, and the client times out.

Groups are stateful: the way out of the one who connects and the way in of the other are judged,
and the reply comes back by itself [VPC user guide, "Security groups"].
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from localaws.routes import Peer

ALL_PROTOCOLS = "-1"
TCP = ("tcp", "6")


def obstacle(source: Peer, destination: Peer, port: int) -> str | None:
    """Returns why no packet of the source gets to a TCP port, or None when it does.

    An end without groups lets everything pass.
    """
    way_out = (rule for group in source.groups for rule in group.egress_rules)
    if source.groups and not _allows(way_out, destination, port):
        return f"no egress rule of {_names(source.groups)} lets it out to {destination}"
    way_in = (rule for group in destination.groups for rule in group.ingress_rules)
    if destination.groups and not _allows(way_in, source, port):
        return f"no ingress rule of {_names(destination.groups)} lets {source} in"
    return None


def _allows(rules: Iterable[SecurityGroupRule], other: Peer, port: int) -> bool:
    return any(_matches_port(rule, port) and _matches_peer(rule, other) for rule in rules)


def _matches_port(rule: SecurityGroupRule, port: int) -> bool:
    if rule.ip_protocol == ALL_PROTOCOLS:
        return True
    first, last = rule.from_port, rule.to_port
    return rule.ip_protocol in TCP and first is not None and first <= port <= (last or first)


def _matches_peer(rule: SecurityGroupRule, other: Peer) -> bool:
    """Whether the rule names the other end: by a range, by one of its groups, or by a list."""
    group_id, list_id = rule.source_group.get("GroupId"), rule.prefix_list_id
    if group_id is not None:
        return any(group.id == group_id for group in other.groups)
    cidrs = _prefixes(rule, list_id) if list_id else [rule.ip_range.get("CidrIp")]
    return any(other.address in network(cidr) for cidr in cidrs if cidr)


def _prefixes(rule: SecurityGroupRule, list_id: str) -> list[str]:
    """Returns the CIDRs of a prefix list in its present version, which AWS's lists do not have."""
    found = rule.ec2_backend.get_managed_prefix_list_entries(list_id)
    if found is None or found.address_family != "IPv4" or not found.entries:
        return []
    entries = found.entries.get(found.version) or [*found.entries.values()][-1]
    return [entry["Cidr"] for entry in entries]


def _names(groups: Iterable[SecurityGroup]) -> str:
    return ", ".join(group.id for group in groups)


@lru_cache(maxsize=256)
def network(cidr: str) -> ipaddress.IPv4Network:
    """Returns the addresses of a CIDR, which takes longer to parse than to search."""
    return ipaddress.IPv4Network(cidr, strict=False)
