# SPDX-License-Identifier: Apache-2.0
"""From two looks to the events between them: how LocalStack and AWS are recorded.

What is in the second look and not in the first has come, what is in the first only has gone; when
exactly, and what came and went in between, nobody has seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloudmap_harness.discovery.check import Look, ServiceCheck
from cloudmap_harness.discovery.naming import AnyRecord
from cloudmap_harness.discovery.observation import (
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.registries import Registry
from cloudmap_harness.timeline.event import Event

NOTHING = Look((), {})
"""The look before the first one."""
UNLISTED = "no longer listed"
"""Why a task is taken for stopped whose end nobody has seen."""

_Health = ("HEALTHY", "UNHEALTHY")


def changes(
    before: Look, after: Look, at: datetime, *, region: str | None = None
) -> tuple[Event, ...]:
    """Returns what has changed from one look to the next, each thing once.

    A thing that two services share, such as a task's records in a common registry, is one.
    """
    old, new = _Seen.of(before), _Seen.of(after)
    return tuple(
        Event(at=at, region=region, **members)
        for each in (
            _services(old, new),
            _tasks(old, new),
            _interfaces(old, new),
            _instances(old, new),
            _records(old, new),
        )
        for members in each
    )


_Members = dict[str, Any]
_RecordKey = tuple[str, str, str, str]
"""Zone, name, SetIdentifier and value."""


@dataclass(frozen=True)
class _Seen:
    """What is in a look, each thing under what it is known by."""

    services: Mapping[tuple[str, str], ServiceCheck]
    tasks: Mapping[str, tuple[ServiceCheck, ObservedTask]]
    instances: Mapping[tuple[str, str], tuple[Registry, ObservedInstance]]
    records: Mapping[_RecordKey, tuple[Registry, AnyRecord]]

    @classmethod
    def of(cls, look: Look) -> "_Seen":
        services: dict[tuple[str, str], ServiceCheck] = {}
        tasks: dict[str, tuple[ServiceCheck, ObservedTask]] = {}
        instances: dict[tuple[str, str], tuple[Registry, ObservedInstance]] = {}
        records: dict[_RecordKey, tuple[Registry, AnyRecord]] = {}
        for check in look.services:
            services[check.service.cluster, check.service.name] = check
            for each in check.registries:
                registry, seen = each.registry, each.seen
                for task in (*seen.others, *seen.tasks):
                    tasks[task.id] = (check, task)
                for instance in seen.instances:
                    instances[registry.service_id, instance.id] = (registry, instance)
                published: tuple[AnyRecord, ...] = (*seen.records, *seen.targets)
                for record in published:
                    id_ = record.set_identifier or ""
                    zone = registry.hosted_zone_id or ""
                    records[zone, record.name, id_, _value(record)] = (registry, record)
        return cls(services, tasks, instances, records)


def _services(old: _Seen, new: _Seen) -> Iterator[_Members]:
    for key, check in new.services.items():
        of = {"layer": "service", "cluster": key[0], "service": key[1]}
        before = old.services.get(key)
        if before is None or before.service.desired != check.service.desired:
            yield {**of, "what": "desired", "count": check.service.desired}
        known = set(before.service.events if before else ())
        # ECS lists the newest first.
        for message in reversed([each for each in check.service.events if each not in known]):
            yield {**of, "what": "event", "message": message}
    for cluster, service in sorted(old.services.keys() - new.services.keys()):
        yield {"layer": "service", "what": "went", "cluster": cluster, "service": service}


def _tasks(old: _Seen, new: _Seen) -> Iterator[_Members]:
    for id_, (check, task) in new.tasks.items():
        before = old.tasks.get(id_)
        if before is None or before[1].status != task.status:
            yield _task(check, task, task.status, task.stopped_reason or None)
    for id_ in sorted(old.tasks.keys() - new.tasks.keys()):
        check, task = old.tasks[id_]
        if task.status != "STOPPED":
            yield _task(check, task, "STOPPED", task.stopped_reason or UNLISTED)


def _task(check: ServiceCheck, task: ObservedTask, state: str, message: str | None) -> _Members:
    return {
        "layer": "task",
        "what": state,
        "task": task.id,
        "cluster": check.service.cluster,
        "service": task.service or check.service.name,
        "address": _first_address(task),
        "zone_name": task.availability_zone,
        "message": message,
    }


def _interfaces(old: _Seen, new: _Seen) -> Iterator[_Members]:
    for what, those, others in (("came", new, old), ("went", old, new)):
        for id_, (_, task) in those.tasks.items():
            other = others.tasks.get(id_)
            if task.network_interface and not (other and other[1].network_interface):
                yield {
                    "layer": "interface",
                    "what": what,
                    "task": id_,
                    "id": task.network_interface,
                    "address": _first_address(task),
                }


def _instances(old: _Seen, new: _Seen) -> Iterator[_Members]:
    for key, (registry, instance) in new.instances.items():
        before = old.instances.get(key)
        if before is None:
            yield _instance("came", registry, instance)
        if instance.health in _Health and (before is None or before[1].health != instance.health):
            yield _instance(instance.health, registry, instance)
    for key in sorted(old.instances.keys() - new.instances.keys()):
        yield _instance("went", *old.instances[key])


def _instance(what: str, registry: Registry, instance: ObservedInstance) -> _Members:
    return {
        "layer": "instance",
        "what": what,
        "task": instance.id,
        "registry": registry.service_id,
        "name": str(registry),
        "address": str(instance.addresses[0]) if instance.addresses else None,
    }


def _records(old: _Seen, new: _Seen) -> Iterator[_Members]:
    for key, (registry, record) in new.records.items():
        before = old.records.get(key)
        if before is None or before[1] != record:
            yield _record("came", registry, record)
    for key in sorted(old.records.keys() - new.records.keys()):
        yield _record("went", *old.records[key])


def _record(what: str, registry: Registry, record: AnyRecord) -> _Members:
    return {
        "layer": "record",
        "what": what,
        "task": record.set_identifier,
        "zone": registry.hosted_zone_id,
        "name": record.name.rstrip("."),
        "type": record.type,
        "ttl": record.ttl,
        "values": (_value(record),),
    }


def _value(record: AnyRecord) -> str:
    if isinstance(record, ObservedRecord):
        return str(record.address)
    return f"1 1 {record.port} {record.host}"


def _first_address(task: ObservedTask) -> str | None:
    return str(task.addresses[0]) if task.addresses else None
