# SPDX-License-Identifier: Apache-2.0
"""The check of a service: running tasks == Cloud Map instances == A records == desired count."""

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
    stopped_tasks,
    subnet_networks,
)
from cloudmap_harness.discovery.service import DiscoverableService
from cloudmap_harness.errors import AwsError, WaitTimeout, abridge
from cloudmap_harness.waiting import wait_for

PASSING_TIMEOUT = 30.0
"""Seconds for which an error of AWS's may last where nothing is waited for but its end."""

LAYERS = ("running tasks", "Cloud Map instances", "A records")
NO_ADDRESS = IPv4Address("0.0.0.0")
"""Stands for the address of a task or instance that has none."""


@dataclass(frozen=True)
class Convergence:
    """The state that all layers have to reach, address by address; `desired` may be zero."""

    desired: int
    record_name: str
    ttl: int
    networks: tuple[IPv4Network, ...]
    """The address ranges of the private subnets."""

    def __str__(self) -> str:
        return f"{self.desired} {' == '.join(LAYERS)}, one by one"

    def problems(self, observation: Observation) -> list[str]:
        """Returns what differs, a line each and abridged; [] when the service has converged."""
        layers = addresses_by_layer(observation)
        return abridge(
            [
                *self._wrong_counts(layers),
                *_missing_addresses(layers),
                *_unfinished_tasks(observation),
                *self._foreign_addresses(layers),
                *_wrong_identifiers(observation),
                *self._wrong_records(observation),
            ]
        )

    def _wrong_counts(self, layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
        for layer, found in layers.items():
            if found.total() != self.desired:
                yield f"{layer}: {found.total()} instead of {self.desired}"

    def _foreign_addresses(self, layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
        for layer, found in layers.items():
            for address in sorted(found):
                if not any(address in network for network in self.networks):
                    subnets = ", ".join(map(str, self.networks))
                    yield f"{address}: in {layer}, outside the private subnets {subnets}"

    def _wrong_records(self, observation: Observation) -> Iterator[str]:
        for record in observation.records:
            if record.name != self.record_name:
                yield f"{record.address}: record {record.name} instead of {self.record_name}"
            if record.ttl != self.ttl:
                yield f"{record.address}: TTL {record.ttl} instead of {self.ttl}"
            if not record.multivalue:
                yield f"{record.address}: record without MultiValueAnswer"


def addresses_by_layer(observation: Observation) -> dict[str, Counter[IPv4Address]]:
    """Returns how often each address is in each of LAYERS."""
    found: tuple[tuple[ObservedTask | ObservedInstance | ObservedRecord, ...], ...] = (
        observation.running,
        observation.instances,
        observation.records,
    )
    return {
        layer: Counter(value.address or NO_ADDRESS for value in values)
        for layer, values in zip(LAYERS, found, strict=True)
    }


def convergence_of(
    aws: AwsClients, service: DiscoverableService, *, desired: int, ttl: int
) -> Convergence:
    """Returns the check for a service, with the address ranges of its subnets. Raises AwsError."""
    networks = wait_for(
        lambda: subnet_networks(aws, service.subnet_ids),
        lambda _: [],
        expected="the subnets",
        timeout=PASSING_TIMEOUT,
        interval=1.0,
    )
    return Convergence(desired, service.record_name, ttl, networks)


def wait_until_converged(
    aws: AwsClients,
    service: DiscoverableService,
    convergence: Convergence,
    *,
    timeout: float,
    interval: float,
) -> Observation:
    """Returns the first observation without problems.

    Raises WaitTimeout with ECS's latest events and why tasks have stopped, and AwsError.
    """
    try:
        return wait_for(
            lambda: observe(aws, service),
            convergence.problems,
            expected=str(convergence),
            timeout=timeout,
            interval=interval,
        )
    except WaitTimeout as late:
        named = service.cluster, service.ecs_service
        try:
            events = [*service_events(aws, *named), *stopped_tasks(aws, *named)]
        except AwsError as error:  # What the check has seen must not be lost for it.
            events = [f"they cannot be read: {error}"]
        raise late.with_events(events) from None


def _missing_addresses(layers: dict[str, Counter[IPv4Address]]) -> Iterator[str]:
    for address in sorted(set().union(*layers.values())):
        for layer, found in layers.items():
            if found[address] == 0:
                yield f"{address}: missing in {layer}"
            elif found[address] > 1:
                yield f"{address}: {found[address]} times in {layer}"


def _unfinished_tasks(observation: Observation) -> Iterator[str]:
    statuses = Counter(task.status for task in observation.tasks if task.status != "RUNNING")
    for status, count in sorted(statuses.items()):
        yield f"tasks still {status}: {count}"


def _wrong_identifiers(observation: Observation) -> Iterator[str]:
    """ECS registers a task under its id, which Cloud Map writes as the record's SetIdentifier."""
    tasks = {task.address: task.id for task in observation.running}
    records = {record.address: record.set_identifier for record in observation.records}
    for instance in observation.instances:
        task = tasks.get(instance.address, instance.id)
        if task != instance.id:
            yield f"{instance.address}: instance {instance.id}, but task {task}"
        if instance.address in records and records[instance.address] != instance.id:
            identifier = records[instance.address]
            yield f"{instance.address}: SetIdentifier {identifier}, but instance {instance.id}"
