# SPDX-License-Identifier: Apache-2.0
"""Whether a task's security groups let a connection in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from moto.ec2.models.security_groups import SecurityGroup

TCP = ("tcp", "6")
ALL_PROTOCOLS = "-1"


def lets_in(groups: Iterable[SecurityGroup], source: ipaddress.IPv4Address, port: int) -> bool:
    """Whether a rule of any of the groups allows TCP from `source` to `port`.

    A rule that names another group as its source lets nobody in here: the bastion has none.
    """
    return any(
        _covers(rule, port) and _comes_from(rule, source)
        for group in groups
        for rule in group.ingress_rules
    )


def _covers(rule: Any, port: int) -> bool:
    protocol = str(rule.ip_protocol)
    if protocol == ALL_PROTOCOLS:
        return True
    return protocol in TCP and int(rule.from_port) <= port <= int(rule.to_port)


def _comes_from(rule: Any, source: ipaddress.IPv4Address) -> bool:
    ranges = [each.get("CidrIp") for each in rule.ip_ranges]
    return any(source in ipaddress.IPv4Network(cidr, strict=False) for cidr in ranges if cidr)
