# SPDX-License-Identifier: Apache-2.0
"""What ECS has left in a namespace and no ECS service that is there answers for.

An ECS service that is deleted by force, or a task that ends without being deregistered, leaves an
instance and its records in a Cloud Map service that no ECS service names any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloudmap_harness.discovery.naming import AnyRecord, instance_name, record_value
from cloudmap_harness.discovery.observation import ObservedInstance, ObservedTask
from cloudmap_harness.discovery.probes import is_task_id
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.registries import Registry, Siblings, owner_of


def stray_records(records: Iterable[AnyRecord], siblings: Siblings) -> Iterator[Problem]:
    """The records of a namespace's zone that have the name of none of its services."""
    for record in records:
        if owner_of(record.name, siblings) is None:
            where = record_value(record)
            what = f"{where}: orphan {record.type} record {record.name}, no such service"
            yield Problem(Kind.ORPHAN_RECORD, what)


@dataclass(frozen=True)
class Unowned:
    """A Cloud Map service that no ECS service names, and what is in it."""

    registry: Registry
    instances: Sequence[ObservedInstance]
    records: Sequence[AnyRecord]
    tasks: Mapping[str, ObservedTask]
    """The tasks after which instances are named and that ECS still knows, by id."""

    @property
    def others(self) -> int:
        """How many instances somebody else than ECS has registered: those are their matter."""
        return sum(not is_of_ecs(instance) for instance in self.instances)

    def problems(self) -> Iterator[Problem]:
        """The instances of tasks that have gone, and the records of no instance.

        The task may be there: Service Connect registers in such a Cloud Map service.
        """
        for instance in self.instances:
            task = self.tasks.get(instance.id)
            if is_of_ecs(instance) and (task is None or task.status == "STOPPED"):
                where = instance_name(instance)
                what = f"{where}: stale instance {instance.id} of {self.registry}, no such task"
                yield Problem(Kind.STALE_INSTANCE, what)
        ids = {instance.id for instance in self.instances}
        for record in self.records:
            if record.set_identifier not in ids:
                where = record_value(record)
                what = f"{where}: orphan {record.type} record {record.name}, no such instance"
                yield Problem(Kind.ORPHAN_RECORD, what)


def is_of_ecs(instance: ObservedInstance) -> bool:
    """Whether ECS has registered an instance: its attributes say so, or it is named as a task."""
    return bool(instance.service) or is_task_id(instance.id)
