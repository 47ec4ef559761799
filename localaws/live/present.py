# SPDX-License-Identifier: Apache-2.0
"""What there is now, as events: each thing by the event that brought it to what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

from moto.ecs.models import ecs_backends
from moto.route53.models import route53_backends
from moto.servicediscovery.models import servicediscovery_backends

from localaws.cloudmap.backend import CloudMap
from localaws.ecs.backend import Ecs
from localaws.ecs.launching import interface_told
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import EcsTask
from localaws.hosted_zones import HostedZone
from localaws.timeline.event import Event
from localaws.used_backends import used


def present() -> list[Event]:
    """Returns what there is in all accounts and regions; the caller has the lock."""
    return [*_of_ecs(), *_of_cloud_map(), *_of_route53()]


def _of_ecs() -> Iterator[Event]:
    for _, _, each in used(ecs_backends):
        ecs = cast(Ecs, each)
        for service in ecs.services.values():
            if service.status != "INACTIVE":
                yield Event("service", "desired", service.told, _seconds(service.created_at))
        for task in ecs.all_tasks:
            if task.last_status == TaskState.STOPPED:
                continue
            yield Event("task", task.last_status, task.told, _seconds(_entered(task)))
            if interface := interface_told(task):
                yield Event("interface", "came", interface, _seconds(task.created_at))


def _of_cloud_map() -> Iterator[Event]:
    for _, _, each in used(servicediscovery_backends):
        cloud_map = cast(CloudMap, each)
        for service in cloud_map.services.values():
            for instance in service.instances.values():
                told = cloud_map.instance_told(service, instance)
                yield Event("instance", "came", told)
                if instance.health_status != "UNKNOWN":
                    yield Event("instance", instance.health_status, told)


def _of_route53() -> Iterator[Event]:
    for _, _, each in used(route53_backends):
        for zone in [*each.zones.values()]:
            if isinstance(zone, HostedZone):
                for record_set in zone.record_sets:
                    yield Event("record", "came", zone.record_told(record_set))


def _entered(task: EcsTask) -> datetime:
    """Returns the latest of the moments that ECS keeps of a task."""
    moments = (
        task.execution_stopped_at,
        task.stopping_at,
        task.started_at,
        task.pull_stopped_at,
        task.pull_started_at,
    )
    return next((each for each in moments if each), task.created_at)


def _seconds(moment: datetime) -> float:
    """The endpoint's dates are UTC without saying so; see runtime.timestamp."""
    return moment.replace(tzinfo=UTC).timestamp()
