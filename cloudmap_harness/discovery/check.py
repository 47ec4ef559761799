# SPDX-License-Identifier: Apache-2.0
"""The check of ECS services, as values: what was expected, what was seen, what differs.

The table, the JSON, the assertions of tests and `make status` show these; none computes its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudmap_harness.discovery.ecs_services import EcsService, Network
from cloudmap_harness.discovery.observation import (
    Address,
    Observation,
    ObservedRecord,
    by_number,
)
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.registries import Registry

EVENTS = 3
"""How many of ECS's latest events are told of a service with too few or too many tasks."""


@dataclass(frozen=True)
class RegistryCheck:
    """What one registry has of a service's tasks, and what differs from them."""

    registry: Registry
    desired: int
    """How many tasks should be registered there."""
    seen: Observation
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class ServiceCheck:
    """One ECS service: what it should be, and the check of each of its registries."""

    service: EcsService
    desired: int
    networks: tuple[Network, ...]
    registries: tuple[RegistryCheck, ...]
    others: tuple[Problem, ...] = ()
    """The problems that are not of one registry."""
    gone_subnets: tuple[str, ...] = ()
    """Those that the service names and that do not exist any more."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every difference; () when the service has converged."""
        # What is wrong with the tasks is the same in every registry.
        every = [*self.others, *(each for check in self.registries for each in check.problems)]
        return tuple(dict.fromkeys(every))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth saying and no difference."""
        if not self.service.registry_arns:
            if self.service.service_connect:
                return ("it has no service registry: its tasks are Service Connect's, not checked",)
            return ("it has no service registry: Cloud Map and Route 53 know nothing of its tasks",)
        gone = [f"the service names {id_}, a subnet that is gone" for id_ in self.gone_subnets]
        seen = [task.id for check in self.registries[:1] for task in check.seen.tasks]
        drain = sum(each.tasks for each in self.service.deployments) - len(seen)
        replaced = drain > 0 and len(self.service.deployments) > 1
        drains = [f"tasks of an older deployment that still drain: {drain}"] if replaced else []
        notes = [*gone, *drains]
        if {Kind.COUNT, Kind.DEPLOYING} & {each.kind for each in self.problems}:
            notes += (f"event {event}" for event in self.service.events[:EVENTS])
        return tuple(notes)

    @property
    def seen(self) -> Observation:
        """What was seen in the only registry. Raises ValueError when there is another number."""
        (check,) = self.registries
        return check.seen

    @property
    def records(self) -> tuple[ObservedRecord, ...]:
        """The address records of every registry."""
        return tuple(each for check in self.registries for each in check.seen.records)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Every address in any layer, in order."""
        found = {record.address for record in self.records}
        for check in self.registries:
            found.update(address for task in check.seen.tasks for address in task.addresses)
            found.update(address for each in check.seen.instances for address in each.addresses)
        return tuple(sorted(found, key=by_number))

    def __str__(self) -> str:
        found = "; ".join(f"{check.registry}: {check.seen}" for check in self.registries)
        return f"{self.service} with {found or 'no service registry'}"


@dataclass(frozen=True)
class Look:
    """The checks of every service that was looked at, and of the hosted zones they are in."""

    services: tuple[ServiceCheck, ...]
    namespaces: Mapping[str, tuple[Problem, ...]]
    """What is left in a namespace and belongs to no ECS service, by the namespace's name."""
    unchecked: Mapping[str, int] = field(default_factory=dict)
    """How many instances somebody else than ECS has registered in each Cloud Map service that no
    ECS service names."""

    @property
    def registered(self) -> tuple[ServiceCheck, ...]:
        """The services that have a service registry, which are those that can be checked."""
        return tuple(each for each in self.services if each.service.registry_arns)

    @property
    def unregistered(self) -> tuple[EcsService, ...]:
        """The services without a service registry."""
        return tuple(each.service for each in self.services if not each.service.registry_arns)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every difference of every service and zone."""
        checks = (each.problems for each in self.services)
        return tuple(each for problems in (*checks, *self.namespaces.values()) for each in problems)
