# SPDX-License-Identifier: Apache-2.0
"""What must hold of a deployment: running tasks == instances == A records == desired."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.probes import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
    observe,
    service_events,
    subnet_networks,
)
from cloudmap_harness.discovery.service import DiscoverableService
from cloudmap_harness.errors import WaitTimeout
from cloudmap_harness.waiting import wait_for

LAYERS = ("running tasks", "Cloud Map instances", "A records")
NO_ADDRESS = IPv4Address("0.0.0.0")
"""Stands for the address of a task or instance that has none."""
_MOST_LINES = 20  # Of what is amiss: a hundred missing addresses have one cause.


@dataclass(frozen=True)
class Convergence:
    """A deployment's convergence on `desired`, address by address; zero is legal."""

    desired: int
    record_name: str
    ttl: int
    networks: tuple[IPv4Network, ...]

    def __str__(self) -> str:
        return f"{self.desired} {' == '.join(LAYERS)}, one by one"

    def problems(self, seen: Observation) -> list[str]:
        """What does not hold, a line each; [] when converged."""
        layers = addresses(seen)
        lines = [
            *self._counts(layers),
            *_missing(layers),
            *_unsettled(seen),
            *self._strays(layers),
            *_identities(seen),
            *self._records(seen),
        ]
        more = len(lines) - _MOST_LINES
        return lines if more <= 0 else [*lines[:_MOST_LINES], f"and {more} more"]

    def _counts(self, layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
        for layer, found in layers.items():
            if found.total() != self.desired:
                yield f"{layer}: {found.total()} instead of {self.desired}"

    def _strays(self, layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
        for layer, found in layers.items():
            for address in sorted(found):
                if not any(address in network for network in self.networks):
                    subnets = ", ".join(map(str, self.networks))
                    yield f"{address}: in {layer}, outside the private subnets {subnets}"

    def _records(self, seen: Observation) -> Iterator[str]:
        for record in seen.records:
            if record.name != self.record_name:
                yield f"{record.address}: record {record.name} instead of {self.record_name}"
            if record.ttl != self.ttl:
                yield f"{record.address}: TTL {record.ttl} instead of {self.ttl}"
            if not record.multivalue:
                yield f"{record.address}: record without MultiValueAnswer"


def addresses(seen: Observation) -> dict[str, Counter[IPv4Address]]:
    """How often each address is in each of LAYERS."""
    found: tuple[tuple[ObservedTask | ObservedInstance | ObservedRecord, ...], ...] = (
        seen.running,
        seen.instances,
        seen.records,
    )
    return {
        layer: Counter(value.address or NO_ADDRESS for value in values)
        for layer, values in zip(LAYERS, found, strict=True)
    }


def convergence_of(
    aws: AwsClients, deployed: DiscoverableService, *, desired: int, ttl: int
) -> Convergence:
    """The check for a deployment, with its private subnets' address ranges."""
    networks = subnet_networks(aws, deployed.subnet_ids)
    return Convergence(desired, deployed.record_name, ttl, networks)


def wait_until_converged(
    aws: AwsClients,
    deployed: DiscoverableService,
    check: Convergence,
    *,
    timeout: float,
    interval: float,
) -> Observation:
    """The first observation that passes. Raises WaitTimeout with ECS's last events."""
    try:
        return wait_for(
            lambda: observe(aws, deployed),
            check.problems,
            expected=str(check),
            timeout=timeout,
            interval=interval,
        )
    except WaitTimeout as late:
        events = service_events(aws, deployed.cluster, deployed.ecs_service)
        raise late.with_events(events) from None


def _missing(layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
    for address in sorted(set().union(*layers.values())):
        for layer, found in layers.items():
            if found[address] == 0:
                yield f"{address}: missing in {layer}"
            elif found[address] > 1:
                yield f"{address}: {found[address]} times in {layer}"


def _unsettled(seen: Observation) -> Iterator[str]:
    statuses = Counter(task.status for task in seen.tasks if task.status != "RUNNING")
    for status, count in sorted(statuses.items()):
        yield f"tasks still {status}: {count}"


def _identities(seen: Observation) -> Iterator[str]:
    """ECS registers a task under its id, and Cloud Map sets the record's identifier to that."""
    tasks = {task.address: task.id for task in seen.running}
    records = {record.address: record.set_identifier for record in seen.records}
    for instance in seen.instances:
        task = tasks.get(instance.address, instance.id)
        if task != instance.id:
            yield f"{instance.address}: instance {instance.id}, but task {task}"
        if instance.address in records and records[instance.address] != instance.id:
            identifier = records[instance.address]
            yield f"{instance.address}: SetIdentifier {identifier}, but instance {instance.id}"
