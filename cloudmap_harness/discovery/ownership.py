# SPDX-License-Identifier: Apache-2.0
"""What of a registry is one ECS service's: several services may register their tasks in it."""

from dataclasses import replace

from cloudmap_harness.discovery.observation import RUNNING, Observation


def own_part(seen: Observation, service: str) -> Observation:
    """Returns what was seen without what running tasks of other ECS services have registered."""
    foreign = {
        task.id
        for task in seen.others
        if task.service not in ("", service) and task.desired_status == RUNNING
    }
    return replace(
        seen,
        instances=tuple(each for each in seen.instances if each.id not in foreign),
        records=tuple(each for each in seen.records if each.set_identifier not in foreign),
        targets=tuple(each for each in seen.targets if each.set_identifier not in foreign),
        discovered=None if seen.discovered is None else seen.discovered - foreign,
    )
