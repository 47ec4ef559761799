# SPDX-License-Identifier: Apache-2.0
"""ECS's service scheduler: brings the tasks of a service to what the service asks for.

The scheduler knows nothing of launch types: whoever calls `schedule` gives it the launcher.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Protocol

from localaws import runtime
from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.errors import CannotPlace
from localaws.ecs.fargate import capacity_provider
from localaws.ecs.placement import Peers
from localaws.ecs.services import FargateService
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import FargateTask

FAILURES_BEFORE_EVENT = 3
"""This many consecutive failures to start tasks are an event (AWS does not document this; ours)."""


class TaskLauncher(Protocol):
    """Starts tasks."""

    def __call__(self, request: TaskRequest, peers: Peers) -> FargateTask:
        """Starts a task away from its peers, and adds it to them. Raises CannotPlace."""


def schedule(service: FargateService, launch: TaskLauncher) -> None:
    """Takes one turn for a service."""
    if service.status == "INACTIVE":
        return
    _stop_surplus(service)
    _handle_failures(service)
    _start_missing(service, launch)
    _announce_steady_state(service)
    _remove_drained_deployments(service)
    service.end_draining()


def _stop_surplus(service: FargateService) -> None:
    """Stops what exceeds the desired count, and older tasks as far as newer ones replace them."""
    primary, *older_deployments = service.deployments
    active = primary.active_tasks
    _stop(service, _balanced_choice(active, len(active) - service.desired_count))
    if not older_deployments:
        return
    running = sum(len(deployment.running_tasks) for deployment in service.deployments)
    minimum = service.deployment_configuration["minimumHealthyPercent"]
    replaceable = running - math.ceil(service.desired_count * minimum / 100)
    for older in older_deployments:
        starting = [task for task in older.active_tasks if task.last_status != TaskState.RUNNING]
        replaced = _balanced_choice(older.running_tasks, replaceable)
        replaceable -= len(replaced)
        _stop(service, starting + replaced)
        older.desired_count = len(older.active_tasks)


def _stop(service: FargateService, tasks: list[FargateTask]) -> None:
    for task in tasks:
        task.stop(
            f"Scaling activity initiated by (deployment {service.primary.id})",
            "ServiceSchedulerInitiated",
        )
    service.add_task_events("has stopped {} running tasks:", tasks)


def _balanced_choice(tasks: list[FargateTask], count: int) -> list[FargateTask]:
    """Returns tasks to stop: always one of the zone that has the most left.

    AWS promises the balance over the zones and no order within a zone. Ours: tasks that do not
    run yet first, then at random.
    """
    if count <= 0:
        return []
    left = Counter(task.availability_zone for task in tasks)
    pool = sorted(tasks, key=lambda task: (task.last_status == TaskState.RUNNING, random.random()))
    chosen: list[FargateTask] = []
    while len(chosen) < min(count, len(tasks)):
        fullest = max(left.values())
        task = next(task for task in pool if left[task.availability_zone] == fullest)
        pool.remove(task)
        left[task.availability_zone] -= 1
        chosen.append(task)
    return chosen


def _handle_failures(service: FargateService) -> None:
    """Delays the next start after a new failure, and applies the circuit breaker."""
    primary, before = service.primary, service.failures_seen
    service.failures_seen = failures = primary.consecutive_failures
    if failures <= before or primary.rollout_state == "FAILED":
        return
    primary.delay_next_start()
    if before < FAILURES_BEFORE_EVENT <= failures:
        service.add_event("is unable to consistently start tasks successfully.")
    breaker = service.deployment_configuration["deploymentCircuitBreaker"]
    if breaker["enable"] and primary.exceeds_failure_threshold(service.desired_count):
        primary.fail()
        service.add_event(f"(deployment {primary.id}) deployment failed: tasks failed to start.")
        if breaker["rollback"] and service.last_completed:
            _roll_back(service, service.last_completed)


def _roll_back(service: FargateService, completed: EcsDeployment) -> None:
    completed.reactivate()
    service.make_primary(completed)
    service.add_event(f"rolling back to deployment {completed.id}.")


def _start_missing(service: FargateService, launch: TaskLauncher) -> None:
    """Starts the tasks that are missing, as far as maximumPercent and the subnets allow."""
    primary = service.primary
    primary.desired_count = service.desired_count
    if primary.rollout_state == "FAILED" or runtime.now() < primary.next_start_at:
        return
    maximum = service.deployment_configuration["maximumPercent"]
    active = service.active_tasks
    allowed = math.floor(service.desired_count * maximum / 100) - len(active)
    missing = service.desired_count - len(primary.active_tasks)
    if min(missing, allowed) <= 0:
        return
    request, peers = _task_request(service), Peers(active)
    started: list[FargateTask] = []
    try:
        for _ in range(min(missing, allowed)):
            task = launch(request, peers)
            primary.tasks.append(task)
            primary.placement_failures = 0
            started.append(task)
    except CannotPlace as error:
        primary.placement_failures += 1
        service.add_event(f"was unable to place a task. Reason: {error}")
    service.add_task_events("has started {} tasks:", started)


def _task_request(service: FargateService) -> TaskRequest:
    primary = service.primary
    return TaskRequest(
        cluster=service.cluster,
        task_definition=primary.definition,
        network_configuration=primary.network_configuration,
        group=f"service:{service.name}",
        started_by=primary.id,
        launch_type=primary.launch_type,
        capacity_provider_name=capacity_provider(primary.capacity_provider_strategy),
        platform_version=primary.platform_version,
        tags=service.task_tags,
        registry=primary.registry,
    )


def _announce_steady_state(service: FargateService) -> None:
    """Completes the deployment, and adds an event, when the service has what it asks for."""
    primary, *older = service.deployments
    settled = len(primary.running_tasks) == service.desired_count and not primary.pending_count
    drained = all(deployment.is_drained for deployment in older)
    if not drained or not settled or service.status != "ACTIVE":
        return
    if primary.rollout_state == "IN_PROGRESS":
        primary.complete()
        service.last_completed = primary
        service.add_event(f"(deployment {primary.id}) deployment completed.")
    service.add_event("has reached a steady state.")


def _remove_drained_deployments(service: FargateService) -> None:
    """Removes older deployments whose tasks have left the service.

    A FAILED deployment is listed until its replacement completes (AWS does not document this;
    ours).
    """
    primary, *older = service.deployments
    service.deployments = [
        primary,
        *(
            each
            for each in older
            if not each.is_drained
            or (each.rollout_state == "FAILED" and primary.rollout_state != "COMPLETED")
        ),
    ]
