# SPDX-License-Identifier: Apache-2.0
"""Where something inside a VPC sends a request: a load balancer, or Service Connect's proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from moto.ec2.models.security_groups import SecurityGroup


@dataclass(frozen=True)
class Route:
    """Who connects, and where to: to one of the targets, tried in this order."""

    security_groups: Sequence[SecurityGroup]
    """Those of the one who connects."""
    addresses: Sequence[ipaddress.IPv4Address]
    """The private addresses of the one who connects."""
    targets: Sequence[tuple[str, int]]
    """The address and port of each target that is healthy."""
