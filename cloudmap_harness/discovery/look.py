# SPDX-License-Identifier: Apache-2.0
"""Reads services and all that is registered of them, and checks them.

One look reads everything once, in as few calls as AWS allows: a hosted zone is read once for all
of its services, and tasks are described a hundred at a time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery import probes
from cloudmap_harness.discovery.batches import batches
from cloudmap_harness.discovery.check import Look, RegistryCheck, ServiceCheck
from cloudmap_harness.discovery.differences import Differences, stray_records
from cloudmap_harness.discovery.ecs_services import (
    ECS_PAGE,
    EcsService,
    Network,
    find_services,
    subnet_networks,
)
from cloudmap_harness.discovery.naming import AnyRecord
from cloudmap_harness.discovery.observation import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)
from cloudmap_harness.discovery.ownership import own_part
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.registries import Registries, Registry, find_registries
from cloudmap_harness.errors import AwsError

WORKERS = 8
"""Calls at one time. AWS refuses some of many (Route 53 takes five a second); they are repeated."""

T = TypeVar("T")
Key = TypeVar("Key")

Progress = Callable[[int, int], object]
"""Is told how many parts of a look are done, and of how many."""


def look(
    aws: AwsClients,
    cluster: str | None = None,
    service: str | None = None,
    *,
    desired: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Look:
    """Checks the services that these names choose, by reading only.

    `desired` stands in for the desired count that ECS has. Raises NoSuchService and AwsError.
    """
    services = find_services(aws, cluster, service)
    registries = find_registries(aws, {arn for each in services for arn in each.registry_arns})
    with ThreadPoolExecutor(WORKERS) as pool:
        reading = _Reading(aws, pool, progress)
        seen = reading.observations(services, registries.by_arn)
        networks = subnet_networks(aws, (id_ for each in services for id_ in each.subnet_ids))
    checks = [_check(each, registries, seen, networks, desired) for each in services]
    strays = {
        siblings[0].namespace: tuple(stray_records(reading.zones[zone_id], siblings))
        for zone_id, siblings in registries.siblings.items()
    }
    return Look(tuple(checks), {name: found for name, found in strays.items() if found})


def _check(
    service: EcsService,
    registries: Registries,
    seen: Mapping[tuple[EcsService, str], Observation],
    networks: Mapping[str, tuple[Network, ...]],
    desired: int | None,
) -> ServiceCheck:
    wanted = service.desired if desired is None else desired
    ranges = {each for id_ in service.subnet_ids for each in networks.get(id_, ())}
    ordered = tuple(sorted(ranges, key=lambda each: (each.version, each)))
    checked: list[RegistryCheck] = []
    others: list[Problem] = []
    if wanted != service.desired:
        what = f"the service's desired count is {service.desired} instead of {wanted}"
        others.append(Problem(Kind.EXPECTATION, what))
    for arn in service.registry_arns:
        if registry := registries.by_arn.get(arn):
            own = own_part(seen[service, arn], service.name)
            problems = Differences(wanted, service, ordered, registry, own).problems()
            checked.append(RegistryCheck(registry, own, tuple(problems)))
        else:
            others.append(Problem(Kind.NO_REGISTRY, f"the service registry {arn} is gone"))
    return ServiceCheck(service, wanted, ordered, tuple(checked), tuple(others))


def check_service(
    aws: AwsClients, cluster: str, service: str, *, desired: int | None = None
) -> ServiceCheck:
    """Checks one ECS service. Raises NoSuchService and AwsError."""
    return look(aws, cluster, service, desired=desired).services[0]


class _Reading:
    """The calls of one look for all services, side by side."""

    def __init__(self, aws: AwsClients, pool: ThreadPoolExecutor, progress: Progress) -> None:
        self._aws = aws
        self._pool = pool
        self._progress = progress
        self._done = self._of = 0
        self.zones: dict[str, tuple[AnyRecord, ...]] = {}
        """The records of each hosted zone, by its id."""

    def observations(
        self, services: Sequence[EcsService], by_arn: Mapping[str, Registry]
    ) -> dict[tuple[EcsService, str], Observation]:
        """Returns what was seen of each service in each of its registries that exist.

        Tasks are read before instances and these before records: what comes to be during the look
        is then seen too late rather than too early.
        """
        registered = [each for each in services if any(a in by_arn for a in each.registry_arns)]
        wanted = {a: by_arn[a] for each in registered for a in each.registry_arns if a in by_arn}
        zone_ids = {each.hosted_zone_id for each in wanted.values() if each.hosted_zone_id}
        self._of = len(registered) + len(wanted) + len(zone_ids)
        tasks = self._tasks(registered)
        instances = self._each(wanted, lambda arn: self._instances(wanted[arn]))
        http_only = [arn for arn, each in wanted.items() if each.hosted_zone_id is None]
        found = self._each(http_only, lambda arn: probes.discovered(self._aws, wanted[arn]), 0)
        zones = self._each(zone_ids, lambda zone_id: probes.records(self._aws, zone_id))
        self.zones = {id_: (*records, *targets) for id_, (records, targets) in zones.items()}
        others = self._others(registered, tasks, instances)
        seen = {}
        for service in registered:
            for arn in service.registry_arns:
                if registry := by_arn.get(arn):
                    ids = {each.id for each in instances[arn]}
                    records = self._records(registry, ids)
                    seen[service, arn] = Observation(
                        tasks[service],
                        instances[arn],
                        tuple(each for each in records if isinstance(each, ObservedRecord)),
                        tuple(each for each in records if isinstance(each, ObservedTarget)),
                        found.get(arn),
                        tuple(others[id_] for id_ in sorted(ids & others.keys())),
                    )
        return seen

    def _records(self, registry: Registry, ids: set[str]) -> list[AnyRecord]:
        """The records with the name of the registry or the identifier of one of its instances."""
        return [
            record
            for record in self.zones.get(registry.hosted_zone_id or "", ())
            if registry.has_name(record.name) or record.set_identifier in ids
        ]

    def _tasks(self, services: Sequence[EcsService]) -> dict[EcsService, tuple[ObservedTask, ...]]:
        """Lists the tasks by service, and describes them by cluster."""
        arns = self._each(
            services, lambda each: probes.task_arns(self._aws, each.cluster, each.name)
        )
        by_cluster: dict[str, list[str]] = defaultdict(list)
        for service, found in arns.items():
            by_cluster[service.cluster] += found
        described = self._described(by_cluster)
        return {
            service: probes.wanted_tasks(
                task for task in described[service.cluster] if task.service == service.name
            )
            for service in services
        }

    def _described(
        self, by_cluster: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[ObservedTask, ...]]:
        """Describes tasks, by ARN or id, a hundred in a call."""
        calls = [
            (cluster, tuple(some))
            for cluster, arns in by_cluster.items()
            for some in batches(arns, ECS_PAGE)
        ]
        replies = self._each(calls, lambda call: _tasks_of(self._aws, *call), 0)
        found: dict[str, list[ObservedTask]] = {cluster: [] for cluster in by_cluster}
        for (cluster, _), tasks in replies.items():
            found[cluster] += tasks
        return {cluster: probes.by_address(tasks) for cluster, tasks in found.items()}

    def _instances(self, registry: Registry) -> tuple[ObservedInstance, ...]:
        found = probes.instances(self._aws, registry.service_id)
        if not (registry.has_health and found):
            return found
        statuses = probes.health_statuses(self._aws, registry.service_id)
        return tuple(replace(each, health=statuses.get(each.id, "")) for each in found)

    def _others(
        self,
        services: Iterable[EcsService],
        tasks: Mapping[EcsService, Sequence[ObservedTask]],
        instances: Mapping[str, Sequence[ObservedInstance]],
    ) -> dict[str, ObservedTask]:
        """The tasks after which instances are named and that were not listed.

        They stop, or have stopped, or belong to another service that has the same registry.
        """
        by_cluster: dict[str, set[str]] = defaultdict(set)
        others: dict[str, ObservedTask] = {}
        listed = {task.id: task for found in tasks.values() for task in found}
        for service in services:
            own = {task.id for task in tasks[service]}
            for arn in service.registry_arns:
                for each in instances.get(arn, ()):
                    if each.id in own:
                        continue
                    if each.id in listed:
                        others[each.id] = listed[each.id]
                    elif probes.is_task_id(each.id):
                        by_cluster[each.cluster or service.cluster].add(each.id)
        for found in self._described(
            {cluster: sorted(ids) for cluster, ids in by_cluster.items()}
        ).values():
            others |= {task.id: task for task in found}
        return others

    def _each(
        self, keys: Iterable[Key], call: Callable[[Key], T], counted: int = 1
    ) -> dict[Key, T]:
        """Calls for each key, side by side, and tells the progress."""
        keys = list(keys)
        replies: dict[Key, T] = {}
        for key, reply in zip(keys, self._pool.map(call, keys), strict=True):
            replies[key] = reply
            self._done += counted
            self._progress(self._done, self._of)
        return replies


def _tasks_of(aws: AwsClients, cluster: str, arns: Sequence[str]) -> tuple[ObservedTask, ...]:
    """Returns the tasks; () of a cluster that an instance's attributes name and that is gone."""
    try:
        return probes.described_tasks(aws, cluster, arns)
    except AwsError as error:
        if error.code != "ClusterNotFoundException":
            raise
        return ()
