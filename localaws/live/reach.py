# SPDX-License-Identifier: Apache-2.0
"""Who may reach whom by the security groups: ECS's services and the bastion, each with each."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from moto.ecs.models import ecs_backends

from localaws.ecs.backend import Ecs
from localaws.ecs.services import EcsService
from localaws.ecs.tasks import EcsTask
from localaws.routes import Peer
from localaws.used_backends import used
from localaws.vpc.lookup import VpcOfId
from localaws.vpc.security_groups import obstacle

MOST_ENDS = 24
"""Services whose ways are shown, of which there are as many as the square of their number."""


@dataclass(frozen=True)
class _End:
    """A service by one of its tasks, or a VPC's bastion."""

    vpc_id: str
    peer: Peer
    ports: tuple[int, ...]
    """On which the service's containers listen; the bastion has none."""
    named: dict[str, object]

    @property
    def shown(self) -> dict[str, object]:
        return {**self.named, "groups": [group.id for group in self.peer.groups]}


def reach() -> dict[str, Any]:
    """Returns all ends and the ways between those of one VPC; the caller has the lock."""
    services = [*_services()][:MOST_ENDS]
    ends = [*services, *_bastions(services)]
    return {
        "ends": [end.shown for end in ends],
        "ways": [
            _way(ends, start, goal, port)
            for start in range(len(ends))
            for goal in range(len(services))
            if ends[start].vpc_id == ends[goal].vpc_id
            for port in ends[goal].ports
        ],
    }


def _way(ends: list[_End], start: int, goal: int, port: int) -> dict[str, object]:
    reason = obstacle(ends[start].peer, ends[goal].peer, port)
    way: dict[str, object] = {"from": start, "to": goal, "port": port, "open": reason is None}
    return way if reason is None else {**way, "reason": reason}


def _services() -> Iterator[_End]:
    """Yields each service that has a task: its groups are those of its newest one."""
    for _, _, each in used(ecs_backends):
        ecs = cast(Ecs, each)
        for service in ecs.services.values():
            if tasks := service.active_tasks:
                yield _of_service(ecs, service, tasks[-1])


def _of_service(ecs: Ecs, service: EcsService, task: EcsTask) -> _End:
    told = service.told
    return _End(
        vpc_id=task.vpc_id,
        peer=ecs.source(task),
        ports=tuple(sorted({each.port for each in task.published_ports})),
        named={
            **{name: told[name] for name in ("account", "region", "cluster", "service")},
            "vpc": task.vpc_id,
        },
    )


def _bastions(services: list[_End]) -> Iterator[_End]:
    """Yields the bastion of each VPC that the services are in."""
    seen: set[str] = set()
    for end in services:
        if end.vpc_id in seen:
            continue
        seen.add(end.vpc_id)
        account, region = str(end.named["account"]), str(end.named["region"])
        address = VpcOfId(account, region, end.vpc_id).bastion_address
        if isinstance(address, ipaddress.IPv4Address):
            named = {"account": account, "region": region, "vpc": end.vpc_id, "bastion": True}
            yield _End(end.vpc_id, Peer(address), (), named)
