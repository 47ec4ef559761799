# SPDX-License-Identifier: Apache-2.0
"""Who connects inside a VPC, and where a load balancer or Service Connect leads."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from moto.ec2.models.security_groups import SecurityGroup

Targets = Sequence[tuple[str, int]]
"""The address and port of each target that is healthy, to be tried in this order."""


@dataclass(frozen=True)
class Peer:
    """One end of a connection."""

    address: ipaddress.IPv4Address
    groups: Sequence[SecurityGroup] = ()
    """The bastion has none, and neither has a network load balancer that was made without."""

    def __str__(self) -> str:
        groups = ", ".join(group.id for group in self.groups)
        return f"{self.address} ({groups})" if groups else str(self.address)


@dataclass(frozen=True)
class Balanced:
    """A load balancer, and the targets to one of which it passes a request on."""

    balancer: Peer
    targets: Targets
