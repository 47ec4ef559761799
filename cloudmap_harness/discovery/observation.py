# SPDX-License-Identifier: Apache-2.0
"""What was seen of one service in each layer, as sorted frozen values."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

RUNNING = "RUNNING"


def by_number(address: Address) -> tuple[int, int]:
    """The key that sorts addresses of both families: IPv4 first."""
    return address.version, int(address)


@dataclass(frozen=True)
class ObservedTask:
    """A task; the IPv4 address and the interface are those of its ENI, None without one."""

    id: str
    status: str
    address: IPv4Address | None
    network_interface: str | None
    availability_zone: str | None
    ipv6: IPv6Address | None = None
    desired_status: str = RUNNING
    health: str = ""
    """ECS's: HEALTHY, UNHEALTHY, or UNKNOWN without a health check of a container."""
    deployment: str = ""
    """What started it, such as `ecs-svc/1234567890123456789`."""
    cluster: str = ""
    service: str = ""
    """The name of its ECS service; empty for a task of none."""
    stopped_reason: str = ""

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(address for address in (self.address, self.ipv6) if address)


@dataclass(frozen=True)
class ObservedInstance:
    """An instance of a Cloud Map service, with its AWS_INSTANCE_* attributes."""

    id: str
    address: IPv4Address | None
    ipv6: IPv6Address | None = None
    port: int | None = None
    health: str = ""
    """Cloud Map's: HEALTHY, UNHEALTHY or UNKNOWN; empty where nobody has asked."""
    cluster: str = ""
    """ECS_CLUSTER_NAME; empty when something else than ECS has registered the instance."""
    service: str = ""
    """ECS_SERVICE_NAME."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(address for address in (self.address, self.ipv6) if address)


@dataclass(frozen=True)
class ObservedRecord:
    """One value of an A or AAAA record set."""

    name: str
    address: Address
    ttl: int
    set_identifier: str | None
    multivalue: bool

    @property
    def type(self) -> str:
        return "A" if self.address.version == 4 else "AAAA"


@dataclass(frozen=True)
class ObservedTarget:
    """One value of an SRV record set: a port, and the host name at which it is."""

    name: str
    port: int
    host: str
    ttl: int
    set_identifier: str | None
    multivalue: bool

    type = "SRV"


@dataclass(frozen=True)
class Observation:
    """The tasks of one service, and what one registry has of them, read one after another."""

    tasks: tuple[ObservedTask, ...]
    """Those whose desired status is RUNNING, in any last status."""
    instances: tuple[ObservedInstance, ...]
    records: tuple[ObservedRecord, ...]
    targets: tuple[ObservedTarget, ...] = ()
    discovered: frozenset[str] | None = None
    """The instance ids that DiscoverInstances returns; None where records are asked instead."""
    others: tuple[ObservedTask, ...] = ()
    """Tasks that instances are named after, and that are not among `tasks`."""

    @property
    def running(self) -> tuple[ObservedTask, ...]:
        return tuple(task for task in self.tasks if task.status == RUNNING)

    def __str__(self) -> str:
        found = [
            f"{len(self.running)} running tasks",
            f"{len(self.instances)} instances",
            *([f"{len(self.discovered)} discovered"] if self.discovered is not None else []),
            *([f"{len(self.targets)} SRV records"] if self.targets else []),
        ]
        for type_ in ("A", "AAAA"):
            count = sum(record.type == type_ for record in self.records)
            if count or (type_ == "A" and self.discovered is None and not self.records):
                found.append(f"{count} {type_} records")
        return ", ".join(found)
