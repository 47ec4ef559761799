# SPDX-License-Identifier: Apache-2.0
"""What differs between the layers of one service in one registry. Pure: values in, problems out.

ECS registers a task under its id, which Cloud Map writes as the SetIdentifier of the task's
records [ECS developer guide, "Service discovery"]: so the id joins the layers, and addresses,
ports and TTLs are compared under it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cloudmap_harness.discovery.ecs_services import EcsService, Network
from cloudmap_harness.discovery.naming import (
    AnyRecord,
    endpoint_of,
    instance_name,
    record_value,
    task_name,
)
from cloudmap_harness.discovery.observation import (
    RUNNING,
    Address,
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTarget,
    ObservedTask,
    by_number,
)
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.registries import Registry

TASKS = "running tasks"
INSTANCES = "Cloud Map instances"
DISCOVERED = "DiscoverInstances"


@dataclass(frozen=True)
class Differences:
    """The comparison of one service's tasks with what one registry has of them."""

    desired: int
    service: EcsService
    networks: tuple[Network, ...]
    registry: Registry
    seen: Observation
    """The service's own part; see `own_part`."""

    def problems(self) -> list[Problem]:
        """Returns what differs, one each; [] when every layer agrees on the desired count."""
        return [
            *self._wrong_count(),
            *self._starting(),
            *self._missing(),
            *self._without_task(),
            *self._orphans(),
            *self._duplicates(),
            *self._other_values(),
            *self._outside_subnets(),
            *self._unhealthy(),
            *self._wrong_records(),
        ]

    @property
    def records(self) -> tuple[AnyRecord, ...]:
        """The records of every type."""
        return (*self.seen.records, *self.seen.targets)

    @property
    def layers(self) -> dict[str, list[str]]:
        """The ids in each layer, an id as often as it is there."""
        layers = {
            TASKS: [task.id for task in self.seen.running],
            INSTANCES: [instance.id for instance in self.seen.instances],
        }
        if self.seen.discovered is not None:
            layers[DISCOVERED] = sorted(self.seen.discovered)
        for type_ in self.registry.ttls:
            if type_ in ("A", "AAAA", "SRV"):
                layers[f"{type_} records"] = [
                    each.set_identifier or "" for each in self._named(type_)
                ]
        return layers

    def _named(self, type_: str) -> list[AnyRecord]:
        """The records of a type at the service's own name, not at its instances' hosts."""
        return [each for each in self.records if each.type == type_ and not self._is_host(each)]

    def _is_host(self, record: AnyRecord) -> bool:
        """Whether a record is that of an SRV record's target."""
        return record.name.endswith(f".{self.registry.record_name}")

    @cached_property
    def _tasks(self) -> Mapping[str, ObservedTask]:
        return {task.id: task for task in self.seen.tasks}

    @cached_property
    def _by_id(self) -> Mapping[str, ObservedInstance]:
        return {instance.id: instance for instance in self.seen.instances}

    def _wrong_count(self) -> Iterator[Problem]:
        """Of the tasks only: in another layer each one too few or too many has its own line."""
        running = Counter(task.deployment for task in self.seen.running)
        if running.total() != self.desired:
            yield Problem(Kind.COUNT, f"{TASKS}: {running.total()} instead of {self.desired}")
        for newest in self.service.deployments[:1]:
            # A rollout that fails leaves the older tasks in every layer, in the right number.
            for older in self.service.deployments[1:]:
                if running[older.id]:
                    told = f"{running[newest.id]} running, {newest.failed} failed"
                    what = f"the deployment {newest.id} is not complete: {told}; tasks of the older"
                    yield Problem(Kind.DEPLOYING, f"{what} {older.id}: {running[older.id]}")

    def _starting(self) -> Iterator[Problem]:
        statuses = Counter(task.status for task in self.seen.tasks if task.status != RUNNING)
        for status, count in sorted(statuses.items()):
            yield Problem(Kind.STARTING, f"tasks still {status}: {count}")

    def _missing(self) -> Iterator[Problem]:
        layers = {layer: frozenset(ids) for layer, ids in self.layers.items()}
        for task in self.seen.running:
            instance = self._by_id.get(task.id)
            for layer, ids in layers.items():
                if task.id not in ids and self._belongs(layer, task, instance):
                    yield Problem(Kind.MISSING, f"{task_name(task)}: missing in {layer}")

    def _belongs(self, layer: str, task: ObservedTask, instance: ObservedInstance | None) -> bool:
        """Whether the task should be there: in records of the addresses that it has.

        Outside awsvpc a task has no address of its own, but its instance has the host's.
        """
        one = task if task.addresses or instance is None else instance
        if layer == "A records" and "AAAA" in self.registry.ttls:
            return one.address is not None or not one.addresses
        if layer == "AAAA records" and "A" in self.registry.ttls:
            return one.ipv6 is not None or not one.addresses
        return True

    def _without_task(self) -> Iterator[Problem]:
        others = {task.id: task for task in self.seen.others}
        for instance in self.seen.instances:
            if instance.id in self._tasks:
                continue
            task = others.get(instance.id)
            where = f"{instance_name(instance)}: "
            if task and task.desired_status == RUNNING and not task.service:
                what = f"{where}registered by hand, after the task {task.id} of no service"
                yield Problem(Kind.FOREIGN, what)
            elif task and task.status != "STOPPED":
                what = f"{where}still registered, and its task {task.id} is {task.status}"
                yield Problem(Kind.DRAINING, what)
            else:
                why = f", which stopped: {task.stopped_reason}" if task else ""
                what = f"{where}stale instance {instance.id}, no such task{why}"
                yield Problem(Kind.STALE_INSTANCE, what)

    def _orphans(self) -> Iterator[Problem]:
        for record in self.records:
            id_ = record.set_identifier
            if id_ not in self._by_id and id_ not in self._tasks:
                named = f" with the SetIdentifier {id_}" if id_ else ", without a SetIdentifier"
                what = (
                    f"{record_value(record)}: orphan {record.type} record{named}, no such instance"
                )
                yield Problem(Kind.ORPHAN_RECORD, what)
        for id_ in sorted(self.seen.discovered or ()):
            if id_ not in self._by_id:
                what = f"instance {id_}: in {DISCOVERED}, but not registered any more"
                yield Problem(Kind.STALE_INSTANCE, what)

    def _duplicates(self) -> Iterator[Problem]:
        by_layer: dict[str, Counter[str]] = {
            TASKS: _counted(address for t in self.seen.running for address in t.addresses),
            INSTANCES: Counter(endpoint_of(each) for each in self.seen.instances if each.addresses),
        }
        for type_ in self.registry.ttls:
            by_layer[f"{type_} records"] = Counter(
                record_value(each) for each in self._named(type_)
            )
        for layer, counts in by_layer.items():
            for value, count in sorted(counts.items()):
                if count > 1:
                    yield Problem(Kind.DUPLICATE, f"{value}: {count} times in {layer}")

    def _other_values(self) -> Iterator[Problem]:
        """Under one id, the task, the instance and the records have the same values."""
        for instance in self.seen.instances:
            task = self._tasks.get(instance.id)
            for there, wanted_there in _by_family(instance, task):
                if there != wanted_there:
                    what = f"{there}: the instance's address, but its task has {wanted_there}"
                    yield Problem(Kind.OTHER_ADDRESS, what)
            wanted = [port for port in self.service.ports if port]
            if task and task.address and instance.port and wanted and instance.port not in wanted:
                what = f"{instance.address}: registered with port {instance.port}"
                yield Problem(Kind.OTHER_PORT, f"{what} instead of {_either(wanted)}")
        for record in self.records:
            found = self._by_id.get(record.set_identifier or "")
            if found is None:
                continue
            if isinstance(record, ObservedRecord):
                if record.address not in found.addresses:
                    what = f"{record.address}: in the record of {found.id}, whose instance has"
                    yield Problem(Kind.OTHER_ADDRESS, f"{what} {instance_name(found)}")
            elif record.port != found.port:
                where = record_value(record)
                what = f"{where}: the SRV record's port, but its instance has {found.port}"
                yield Problem(Kind.OTHER_PORT, what)

    def _outside_subnets(self) -> Iterator[Problem]:
        if not self.networks:
            return
        layers: dict[Address, list[str]] = defaultdict(list)
        for layer, addresses in (
            (TASKS, [a for task in self.seen.running for a in task.addresses]),
            (INSTANCES, [a for instance in self.seen.instances for a in instance.addresses]),
            (
                "records",
                [each.address for each in self.records if isinstance(each, ObservedRecord)],
            ),
        ):
            for address in dict.fromkeys(addresses):
                layers[address].append(layer)
        subnets = ", ".join(map(str, self.networks))
        for address, found in sorted(layers.items(), key=lambda item: by_number(item[0])):
            if not any(address in network for network in self.networks):
                what = f"{address}: in {', '.join(found)}, outside the subnets {subnets}"
                yield Problem(Kind.OUTSIDE_SUBNETS, what)

    def _unhealthy(self) -> Iterator[Problem]:
        for task in self.seen.running:
            if task.health == "UNHEALTHY":
                yield Problem(Kind.UNHEALTHY, f"{task_name(task)}: unhealthy in ECS")
        for instance in self.seen.instances:
            if instance.health == "UNHEALTHY":
                where = instance_name(instance)
                what = f"{where}: unhealthy in Cloud Map (instance {instance.id})"
                yield Problem(Kind.UNHEALTHY, what)

    def _wrong_records(self) -> Iterator[Problem]:
        registry = self.registry
        for record in self.records:
            value = record_value(record)
            is_host = self._is_host(record)
            # The record of a host has the TTL of the SRV record that names it.
            ttl = registry.ttls.get("SRV" if is_host else record.type)
            if ttl is not None and record.ttl != ttl:
                yield Problem(Kind.WRONG_TTL, f"{value}: TTL {record.ttl} instead of {ttl}")
            if registry.multivalue and not record.multivalue:
                yield Problem(Kind.WRONG_RECORD, f"{value}: record without MultiValueAnswer")
            if record.multivalue and not registry.multivalue:
                what = f"{value}: record with MultiValueAnswer, which WEIGHTED routing has not"
                yield Problem(Kind.WRONG_RECORD, what)
            name = registry.record_name
            if is_host:
                name = f"{record.set_identifier}.{name}".lower()
            if record.name != name or ttl is None:
                what = f"{value}: {record.type} record {record.name} instead of {name}"
                yield Problem(Kind.WRONG_RECORD, what)
            if isinstance(record, ObservedTarget):
                yield from self._wrong_host(record)

    def _wrong_host(self, target: ObservedTarget) -> Iterator[Problem]:
        host = f"{target.set_identifier}.{self.registry.record_name}".lower()
        if target.host != host:
            what = f"{record_value(target)}: SRV target {target.host} instead of {host}"
            yield Problem(Kind.WRONG_RECORD, what)
        elif not any(record.name == target.host for record in self.seen.records):
            what = f"{record_value(target)}: missing in the address records of SRV targets"
            yield Problem(Kind.MISSING, what)


def _by_family(
    instance: ObservedInstance, task: ObservedTask | None
) -> Iterator[tuple[Address, Address]]:
    """The addresses of an instance and of its task, IPv4 and IPv6, where both have one."""
    if task and instance.address and task.address:
        yield instance.address, task.address
    if task and instance.ipv6 and task.ipv6:
        yield instance.ipv6, task.ipv6


def _counted(addresses: Iterable[Address]) -> Counter[str]:
    return Counter(map(str, addresses))


def _either(ports: Iterable[int]) -> str:
    return " or ".join(map(str, ports))
