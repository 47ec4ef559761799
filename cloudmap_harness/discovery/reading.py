# SPDX-License-Identifier: Apache-2.0
"""The calls of one look at many services: everything once, in as few calls as AWS allows.

A hosted zone is read once for all of its services, and tasks are described a hundred at a time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery import probes
from cloudmap_harness.discovery.batches import batches
from cloudmap_harness.discovery.ecs_services import ECS_PAGE, EcsService
from cloudmap_harness.discovery.naming import AnyRecord
from cloudmap_harness.discovery.observation import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
)
from cloudmap_harness.discovery.registries import Registries, Registry, Siblings, owner_of
from cloudmap_harness.discovery.unowned import Unowned, is_of_ecs
from cloudmap_harness.errors import AwsError

T = TypeVar("T")
Key = TypeVar("Key")

Progress = Callable[[int, int], object]
"""Is told how many parts of a look are done, and of how many."""


class Reading:
    """The calls of one look for all services, side by side."""

    def __init__(self, aws: AwsClients, pool: Executor, progress: Progress) -> None:
        self._aws = aws
        self._pool = pool
        self._progress = progress
        self._done = self._of = 0
        self.zones: dict[str, tuple[AnyRecord, ...]] = {}
        """The records of each hosted zone, by its id."""
        self._by_owner: dict[str | None, list[AnyRecord]] = defaultdict(list)
        """The records by the ARN of the Cloud Map service whose name they have, None for none."""

    def observations(
        self, services: Sequence[EcsService], registries: Registries
    ) -> dict[tuple[EcsService, str], Observation]:
        """Returns what was seen of each service in each of its registries that exist.

        Tasks are read before instances and these before records: what comes to be during the look
        is then seen too late rather than too early.
        """
        by_arn = registries.by_arn
        registered = [each for each in services if any(a in by_arn for a in each.registry_arns)]
        wanted = {a: by_arn[a] for each in registered for a in each.registry_arns if a in by_arn}
        self._of = len(registered) + len(wanted) + len(registries.siblings)
        self._of += len(registries.unowned)
        tasks = self._tasks(registered)
        instances = self._each(wanted, lambda arn: self._instances(wanted[arn]))
        http_only = [arn for arn, each in wanted.items() if each.hosted_zone_id is None]
        found = self._each(http_only, lambda arn: probes.discovered(self._aws, wanted[arn]), 0)
        self._read_zones(registries.siblings)
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

    def unowned(self, registries: Sequence[Registry]) -> list[Unowned]:
        """Returns what is in Cloud Map services that no ECS service names."""
        by_id = {each.service_id: each for each in registries}
        instances = self._each(by_id, lambda id_: probes.instances(self._aws, id_))
        by_cluster: dict[str, set[str]] = defaultdict(set)
        for found in instances.values():
            for each in filter(is_of_ecs, found):
                if each.cluster and probes.is_task_id(each.id):
                    by_cluster[each.cluster].add(each.id)
        described = self._described({name: sorted(ids) for name, ids in by_cluster.items()})
        tasks = {task.id: task for found in described.values() for task in found}
        return [
            Unowned(by_id[id_], found, self._records(by_id[id_], set()), tasks)
            for id_, found in instances.items()
        ]

    def _read_zones(self, siblings: Mapping[str, Siblings]) -> None:
        """Reads the records of hosted zones, and sorts them by the service that their names are."""
        zones = self._each(siblings, lambda zone_id: probes.records(self._aws, zone_id))
        for zone_id, (records, targets) in zones.items():
            self.zones[zone_id] = (*records, *targets)
            for record in self.zones[zone_id]:
                owner = owner_of(record.name, siblings[zone_id])
                self._by_owner[owner.arn if owner else None].append(record)

    def _records(self, registry: Registry, ids: set[str]) -> list[AnyRecord]:
        """The records with a name of the registry, and those of no service that name its instances.

        A record of another service may have the same identifier.
        """
        strays = [each for each in self._by_owner[None] if each.set_identifier in ids]
        return [*self._by_owner[registry.arn], *strays]

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
