# SPDX-License-Identifier: Apache-2.0
"""ECS's service scheduler: brings the tasks of a service to what the service asks for.

The scheduler knows nothing of launch types: whoever calls `schedule` gives it the launcher.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from localaws import runtime
from localaws.ecs.capacity import next_provider
from localaws.ecs.container_instances import ContainerInstance
from localaws.ecs.deployments import EcsDeployment
from localaws.ecs.errors import CannotPlace, NoContainerInstance
from localaws.ecs.network import Peers
from localaws.ecs.services import EcsService
from localaws.ecs.task_containers import UNHEALTHY
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_sets import EcsTaskSet
from localaws.ecs.task_states import TaskState
from localaws.ecs.tasks import EcsTask

FAILURES_BEFORE_EVENT = 3
"""This many consecutive failures to start tasks are an event (AWS does not document this; ours)."""


class TaskLauncher(Protocol):
    """Starts tasks."""

    def launch_task(self, request: TaskRequest, peers: Peers) -> EcsTask:
        """Starts a task away from its peers, and adds it to them. Raises CannotPlace."""

    def daemon_instances(self, request: TaskRequest) -> Sequence[ContainerInstance]:
        """Returns the container instances that each run one task of a daemon service."""


def schedule(service: EcsService, launcher: TaskLauncher) -> None:
    """Takes one turn for a service."""
    if service.status == "INACTIVE":
        return
    for task_set in service.task_sets:
        _schedule_task_set(service, task_set, launcher)
    if service.deployments:
        _schedule_deployments(service, launcher)
    service.task_sets = [each for each in service.task_sets if not each.has_gone]
    service.end_draining()


def _schedule_deployments(service: EcsService, launcher: TaskLauncher) -> None:
    """Takes one turn for a service of the deployment controller ECS."""
    if service.is_daemon:
        _follow_instances(service, launcher)
    _stop_unhealthy(service)
    _stop_surplus(service)
    _handle_failures(service)
    _start_missing(service, launcher)
    _announce_steady_state(service)
    _remove_drained_deployments(service)


def _schedule_task_set(service: EcsService, task_set: EcsTaskSet, launcher: TaskLauncher) -> None:
    """Brings a task set to its share of the desired count; nothing replaces its tasks."""
    task_set.compute_desired_count(service.desired_count)
    wanted, active = task_set.computed_desired_count, task_set.active_tasks
    _stop(service, _balanced_choice(active, len(active) - wanted), f"task-set {task_set.id}")
    if runtime.now() >= task_set.next_start_at:
        _start(service, task_set, wanted - len(active), launcher, Peers(active))
    task_set.settle()


def _follow_instances(service: EcsService, launcher: TaskLauncher) -> None:
    """Makes the desired count of a daemon the number of its instances, and stops other tasks."""
    primary, instances = service.primary, []
    if service.status == "ACTIVE":
        instances = [*launcher.daemon_instances(task_request(service, primary))]
    service.desired_count = len(instances)
    kept = {instance.id for instance in instances}
    strays = [task for task in primary.active_tasks if _instance_id(task) not in kept]
    _stop(service, strays, f"deployment {primary.id}")


def _instance_id(task: EcsTask) -> str | None:
    return task.place.instance.id if task.place.instance else None


def _stop_unhealthy(service: EcsService) -> None:
    """Stops tasks that fail their health checks; they are replaced as any task that is missing."""
    for task in service.active_tasks:
        if task.health_status == UNHEALTHY and not _is_in_grace_period(service, task):
            service.add_event(f"(task {task.id}) failed container health checks.")
            task.stop("Task failed container health checks", "ServiceSchedulerInitiated")


def _is_in_grace_period(service: EcsService, task: EcsTask) -> bool:
    grace = timedelta(seconds=service.health_check_grace_period_seconds)
    return task.started_at is not None and runtime.timestamp() < task.started_at + grace


def _stop_surplus(service: EcsService) -> None:
    """Stops what exceeds the desired count, and older tasks as far as newer ones replace them."""
    primary, *older_deployments = service.deployments
    active = primary.active_tasks
    initiator = f"deployment {primary.id}"
    draining = [task for task in active if task.is_on_draining_instance]
    staying = [task for task in active if task not in draining] if draining else active
    _stop(service, _balanced_choice(staying, len(staying) - service.desired_count), initiator)
    if not older_deployments and not draining:
        return
    running = sum(len(deployment.running_tasks) for deployment in service.deployments)
    minimum = service.deployment_configuration["minimumHealthyPercent"]
    replaceable = running - math.ceil(service.desired_count * minimum / 100)
    leaving = [task for task in draining if task.last_status != TaskState.RUNNING]
    leaving += [task for task in draining if task not in leaving][: max(replaceable, 0)]
    _stop(service, leaving, initiator)
    replaceable -= len(leaving)
    for older in older_deployments:
        starting = [task for task in older.active_tasks if task.last_status != TaskState.RUNNING]
        replaced = _balanced_choice(older.running_tasks, replaceable)
        replaceable -= len(replaced)
        _stop(service, starting + replaced, initiator)
        older.desired_count = len(older.active_tasks)


def _stop(service: EcsService, tasks: list[EcsTask], initiator: str) -> None:
    for task in tasks:
        task.stop(f"Scaling activity initiated by ({initiator})", "ServiceSchedulerInitiated")
    service.add_task_events("has stopped {} running tasks:", tasks)


def _balanced_choice(tasks: list[EcsTask], count: int) -> list[EcsTask]:
    """Returns tasks to stop: always one of the zone that has the most left.

    AWS promises the balance over the zones and no order within a zone. Ours: tasks that do not
    run yet first, then at random.
    """
    if count <= 0:
        return []
    left = Counter(task.availability_zone for task in tasks)
    pool = sorted(tasks, key=lambda task: (task.last_status == TaskState.RUNNING, random.random()))
    chosen: list[EcsTask] = []
    while len(chosen) < min(count, len(tasks)):
        fullest = max(left.values())
        task = next(task for task in pool if left[task.availability_zone] == fullest)
        pool.remove(task)
        left[task.availability_zone] -= 1
        chosen.append(task)
    return chosen


def _handle_failures(service: EcsService) -> None:
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
        target = service.last_completed if breaker["rollback"] else None
        service.history.fail(primary.rollout_state_reason, target)
        if target:
            _roll_back(service, target)


def _roll_back(service: EcsService, completed: EcsDeployment) -> None:
    completed.reactivate()
    service.make_primary(completed)
    service.add_event(f"rolling back to deployment {completed.id}.")


def _start_missing(service: EcsService, launcher: TaskLauncher) -> None:
    """Starts the tasks that are missing, as far as maximumPercent and the places allow."""
    primary = service.primary
    primary.desired_count = service.desired_count
    if primary.rollout_state == "FAILED" or runtime.now() < primary.next_start_at:
        return
    maximum = service.deployment_configuration["maximumPercent"]
    active = service.active_tasks
    allowed = math.floor(service.desired_count * maximum / 100) - len(active)
    staying = [task for task in primary.active_tasks if not task.is_on_draining_instance]
    missing = min(service.desired_count - len(staying), allowed)
    if missing <= 0:
        return
    if service.is_daemon:
        _start_daemons(service, missing, launcher, active)
    else:
        _start(service, primary, missing, launcher, Peers(active))


def _start_daemons(
    service: EcsService, count: int, launcher: TaskLauncher, active: Sequence[EcsTask]
) -> None:
    """Starts the daemon's tasks on the instances that have none, `count` at the most."""
    request = task_request(service, service.primary)
    taken = {_instance_id(task) for task in active}
    free = [each for each in launcher.daemon_instances(request) if each.id not in taken]
    for instance in free[:count]:
        _start(service, service.primary, 1, launcher, Peers(), instance.id)


def _start(
    service: EcsService,
    deployment: EcsDeployment,
    count: int,
    launcher: TaskLauncher,
    peers: Peers,
    instance_id: str | None = None,
) -> None:
    """Starts tasks of a deployment, or of a task set, until there is no place for a further one."""
    if count <= 0:
        return
    request = replace(task_request(service, deployment), instance_id=instance_id)
    strategy = deployment.capacity_provider_strategy
    placed = Counter(task.capacity_provider_name for task in deployment.active_tasks)
    started: list[EcsTask] = []
    try:
        for _ in range(count):
            provider = next_provider(strategy, placed)
            if provider:
                request = replace(request, capacity_provider_name=provider)
            task = launcher.launch_task(request, peers)
            placed[provider] += 1
            deployment.tasks.append(task)
            deployment.placement_failures = 0
            started.append(task)
    except CannotPlace as error:
        # A task that waits for a container instance has not failed: ECS tries again and again.
        deployment.placement_failures += not isinstance(error, NoContainerInstance)
        service.add_event(error.event)
    service.add_task_events("has started {} tasks:", started)


def task_request(service: EcsService, deployment: EcsDeployment) -> TaskRequest:
    """Returns what a deployment, or a task set, of a service asks for."""
    return TaskRequest(
        cluster=service.cluster,
        task_definition=deployment.definition,
        network_configuration=deployment.network_configuration,
        group=f"service:{service.name}",
        started_by=deployment.id,
        launch_type=deployment.actual_launch_type,
        platform_version=deployment.platform_version,
        tags=service.task_tags(deployment.definition),
        registries=deployment.registries,
        target_groups=deployment.target_groups,
        external_id=deployment.external_id if isinstance(deployment, EcsTaskSet) else "",
        placement_constraints=service.placement_constraints,
        placement_strategy=service.placement_strategy,
        enable_execute_command=service.enable_execute_command,
    )


def _announce_steady_state(service: EcsService) -> None:
    """Completes the deployment, and adds an event, when the service has what it asks for."""
    primary, *older = service.deployments
    settled = len(primary.running_tasks) == service.desired_count and not primary.pending_count
    drained = all(deployment.is_drained for deployment in older)
    if not drained or not settled or service.status != "ACTIVE":
        return
    if primary.rollout_state == "IN_PROGRESS":
        primary.complete()
        service.history.complete()
        service.last_completed = primary
        service.add_event(f"(deployment {primary.id}) deployment completed.")
    service.add_event("has reached a steady state.")


def _remove_drained_deployments(service: EcsService) -> None:
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
