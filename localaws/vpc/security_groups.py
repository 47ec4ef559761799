# SPDX-License-Identifier: Apache-2.0
"""Whether a task's security groups allow a connection to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from functools import lru_cache

from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

ALL_PROTOCOLS = "-1"


def allows_ingress(
    groups: Iterable[SecurityGroup],
    source: ipaddress.IPv4Address,
    port: int,
    *,
    source_groups: Collection[str] = (),
) -> bool:
    """Whether a rule of any of the groups allows TCP from `source` to `port`.

    `source_groups` are the ids of the groups that the source is in; the bastion is in none.
    """
    return any(
        _matches_port(rule, port)
        and (_matches_source(rule, source) or _matches_group(rule, source_groups))
        for group in groups
        for rule in group.ingress_rules
    )


def _matches_port(rule: SecurityGroupRule, port: int) -> bool:
    if rule.ip_protocol == ALL_PROTOCOLS:
        return True
    first, last = rule.from_port, rule.to_port
    return rule.ip_protocol == "tcp" and first is not None and first <= port <= (last or first)


def _matches_source(rule: SecurityGroupRule, source: ipaddress.IPv4Address) -> bool:
    cidr = rule.ip_range.get("CidrIp")
    return cidr is not None and source in network(cidr)


def _matches_group(rule: SecurityGroupRule, source_groups: Collection[str]) -> bool:
    named = rule.source_group.get("GroupId")
    return named is not None and named in source_groups


@lru_cache(maxsize=256)
def network(cidr: str) -> ipaddress.IPv4Network:
    """Returns the addresses of a CIDR, which takes longer to parse than to search."""
    return ipaddress.IPv4Network(cidr, strict=False)
