# SPDX-License-Identifier: Apache-2.0
"""What of a registry is one ECS service's: several services may register their tasks in it."""

from dataclasses import replace

from cloudmap_harness.discovery.ecs_services import EcsService
from cloudmap_harness.discovery.observation import RUNNING, Observation


def own_part(seen: Observation, service: EcsService, registry_arn: str) -> Observation:
    """Returns what was seen without what running tasks of other ECS services have registered.

    Of a service with task sets, without the tasks of the sets that register elsewhere.
    """
    foreign = {
        task.id
        for task in seen.others
        if task.service
        and (task.cluster, task.service) != (service.cluster, service.name)
        and task.desired_status == RUNNING
    }
    sets = {each.id for each in service.sets_in(registry_arn)}
    return replace(
        seen,
        tasks=tuple(task for task in seen.tasks if not sets or task.deployment in sets),
        instances=tuple(each for each in seen.instances if each.id not in foreign),
        records=tuple(each for each in seen.records if each.set_identifier not in foreign),
        targets=tuple(each for each in seen.targets if each.set_identifier not in foreign),
        discovered=None if seen.discovered is None else seen.discovered - foreign,
    )
