# SPDX-License-Identifier: Apache-2.0
"""A Fargate service: what the API shows of it, and what its scheduler does on every tick."""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.ecs.models import Cluster
from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.ecs.deployments import Deployment
from localaws.ecs.errors import CannotPlace
from localaws.ecs.tasks import FargateTask

if TYPE_CHECKING:
    from localaws.ecs.task_calls import TaskCalls

MAX_EVENTS = 100
"""The newest that the API keeps [API reference, Service.events]."""
TASKS_PER_EVENT = 10
"""Task ids in one event message (a choice)."""
SAME_EVENT_AGAIN = timedelta(hours=6)
"""A message that repeats the last one is left out for so long [developer guide]."""
MANY_FAILURES = 3
"""So many starts that failed in a row are worth an event (a choice)."""


class FargateService:
    """One service, in the place of moto's Service; the attributes bear the API's names."""

    def __init__(
        self,
        *,
        backend: TaskCalls,
        cluster: Cluster,
        params: Mapping[str, Any],
        deployment: Deployment,
    ):
        self._backend = backend
        self.cluster = cluster
        self.cluster_name = cluster.name
        self.cluster_arn = cluster.arn
        self.name = params["serviceName"]
        region, account_id = backend.region_name, backend.account_id
        prefix = f"arn:{get_partition(region)}:ecs:{region}:{account_id}"
        self.arn = f"{prefix}:service/{cluster.name}/{self.name}"
        self.client_token = params.get("clientToken")
        self.status = "ACTIVE"
        self.desired_count = params.get("desiredCount") or 0
        self.scheduling_strategy = "REPLICA"
        self.deployment_controller = {"type": "ECS"}
        self.deployment_configuration = {
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        } | (params.get("deploymentConfiguration") or {})
        self.availability_zone_rebalancing = params.get("availabilityZoneRebalancing") or "ENABLED"
        self.load_balancers = params.get("loadBalancers") or []
        self.health_check_grace_period_seconds = params.get("healthCheckGracePeriodSeconds") or 0
        self.enable_ecs_managed_tags = bool(params.get("enableECSManagedTags"))
        self.enable_execute_command = bool(params.get("enableExecuteCommand"))
        self.propagate_tags = params.get("propagateTags") or "NONE"
        self.placement_constraints: list[dict[str, Any]] = []
        self.placement_strategy: list[dict[str, Any]] = []
        self.tags = params.get("tags") or []
        self.task_sets: list[Any] = []
        self.created_at = runtime.timestamp()
        self.created_by = f"arn:aws:iam::{account_id}:root"
        self.role_arn = (
            f"arn:aws:iam::{account_id}:role/aws-service-role/ecs.amazonaws.com/"
            "AWSServiceRoleForECS"
        )
        self.platform_family = "Linux"
        self.events: list[dict[str, Any]] = []
        self.deployments: list[Deployment] = []
        """Newest first."""
        self._completed: Deployment | None = None
        """The last that was completed: what the circuit breaker rolls back to."""
        self._failures = 0
        self.begin(deployment)

    @property
    def physical_resource_id(self) -> str:
        """moto's name for the ARN, in its list of tagged resources."""
        return self.arn

    @property
    def _primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def launch_type(self) -> str | None:
        return self._primary.launch_type

    @property
    def capacity_provider_strategy(self) -> list[dict[str, Any]]:
        return self._primary.capacity_provider_strategy

    @property
    def task_definition(self) -> str:
        return self._primary.task_definition

    @property
    def network_configuration(self) -> dict[str, Any]:
        return self._primary.network_configuration

    @property
    def platform_version(self) -> str:
        return self._primary.requested_platform_version

    @property
    def service_registries(self) -> list[dict[str, Any]]:
        return self._primary.service_registries

    @property
    def tasks(self) -> list[FargateTask]:
        return [task for deployment in self.deployments for task in deployment.tasks]

    @property
    def running_count(self) -> int:
        return sum(deployment.running_count for deployment in self.deployments)

    @property
    def pending_count(self) -> int:
        return sum(deployment.pending_count for deployment in self.deployments)

    def begin(self, deployment: Deployment) -> None:
        """Make this the primary deployment; older ones stay as long as they have tasks."""
        for older in self.deployments:
            older.status = "ACTIVE"
        self.deployments.insert(0, deployment)
        self._failures = 0

    def drain(self) -> None:
        """DeleteService: stop all tasks; INACTIVE follows when none is in service any more."""
        self.status, self.desired_count = "DRAINING", 0

    def say(self, message: str) -> None:
        """Add an event, newest first, unless it only repeats the last one."""
        text, present = f"(service {self.name}) {message}", runtime.timestamp()
        if self.events and self.events[0]["message"] == text:
            if present - self.events[0]["createdAt"] < SAME_EVENT_AGAIN:
                return
        self.events.insert(0, {"id": str(uuid.uuid4()), "createdAt": present, "message": text})
        del self.events[MAX_EVENTS:]

    # The scheduler

    def schedule(self) -> None:
        """Bring the tasks one step nearer to what the service asks for."""
        if self.status == "INACTIVE":
            return
        self._stop_surplus()
        self._count_failures()
        self._start_missing()
        self._announce()
        self._retire_drained()
        if self.status == "DRAINING" and all(task.is_past_stopping for task in self.tasks):
            self.status = "INACTIVE"

    def _stop_surplus(self) -> None:
        surplus = len(self._primary.alive) - self.desired_count
        self._stop(self._balanced(self._primary.alive, surplus))
        running = sum(len(deployment.running) for deployment in self.deployments)
        minimum = self.deployment_configuration["minimumHealthyPercent"]
        spare = running - math.ceil(self.desired_count * minimum / 100)
        for older in self.deployments[1:]:
            waiting = [task for task in older.alive if task.last_status != "RUNNING"]
            replaced = self._balanced(older.running, spare)
            spare -= len(replaced)
            self._stop(waiting + replaced)
            older.desired_count = len(older.alive)

    def _count_failures(self) -> None:
        primary, before = self._primary, self._failures
        self._failures = primary.failures
        if self._failures <= before or primary.rollout_state == "FAILED":
            return
        primary.put_off()
        if before < MANY_FAILURES <= self._failures:
            self.say("is unable to consistently start tasks successfully.")
        breaker = self.deployment_configuration["deploymentCircuitBreaker"]
        if breaker["enable"] and primary.has_failed(self.desired_count):
            primary.fail()
            self.say(f"(deployment {primary.id}) deployment failed: tasks failed to start.")
            if breaker["rollback"] and self._completed:
                self._roll_back(self._completed)

    def _roll_back(self, completed: Deployment) -> None:
        failed, *older = self.deployments
        completed.come_back(failed)
        self.deployments = [completed, failed, *(each for each in older if each is not completed)]
        self._failures = 0
        self.say(f"rolling back to deployment {completed.id}.")

    def _start_missing(self) -> None:
        self._primary.desired_count = self.desired_count
        alive = sum(len(deployment.alive) for deployment in self.deployments)
        maximum = self.deployment_configuration["maximumPercent"]
        room = math.floor(self.desired_count * maximum / 100) - alive
        missing = min(self.desired_count - len(self._primary.alive), room)
        if self._primary.rollout_state == "FAILED" or runtime.now() < self._primary.retry_at:
            return
        before = len(self._primary.tasks)
        try:
            for _ in range(missing):
                self._primary.tasks.append(self._backend.place_task(self, self._primary))
                self._primary.unplaced = 0
        except CannotPlace as error:
            self._primary.unplaced += 1
            self.say(f"was unable to place a task. Reason: {error}")
        self._say_tasks("has started {} tasks:", self._primary.tasks[before:])

    def _stop(self, tasks: list[FargateTask]) -> None:
        for task in tasks:
            task.stop(
                f"Scaling activity initiated by (deployment {self._primary.id})",
                "ServiceSchedulerInitiated",
            )
        self._say_tasks("has stopped {} running tasks:", tasks)

    @staticmethod
    def _balanced(tasks: list[FargateTask], count: int) -> list[FargateTask]:
        """Choose tasks to stop: from the zone with the most, there at random.

        Tasks that do not run yet go first. AWS promises the balance, not an order.
        """
        left = Counter(task.availability_zone for task in tasks)
        pool = sorted(tasks, key=lambda task: (task.last_status == "RUNNING", random.random()))
        chosen: list[FargateTask] = []
        while len(chosen) < min(count, len(tasks)):
            fullest = max(left.values())
            task = next(task for task in pool if left[task.availability_zone] == fullest)
            pool.remove(task)
            left[task.availability_zone] -= 1
            chosen.append(task)
        return chosen

    def _retire_drained(self) -> None:
        primary, *older = self.deployments
        self.deployments = [primary, *(each for each in older if not self._is_over(each))]

    def _is_over(self, older: Deployment) -> bool:
        """A failed one stays to be seen until the one in its place is completed (a choice)."""
        is_told = older.rollout_state != "FAILED" or self._primary.rollout_state == "COMPLETED"
        return older.is_drained and is_told

    def _announce(self) -> None:
        """Say when the service has what it asks for, once."""
        primary = self._primary
        settled = len(primary.alive) == len(primary.running) == self.desired_count
        drained = all(deployment.is_drained for deployment in self.deployments[1:])
        if not drained or not settled or self.status != "ACTIVE":
            return
        if primary.rollout_state == "IN_PROGRESS":
            primary.complete()
            self._completed = primary
            self.say(f"(deployment {primary.id}) deployment completed.")
        self.say("has reached a steady state.")

    def _say_tasks(self, words: str, tasks: Iterable[FargateTask]) -> None:
        ids = [task.id for task in tasks]
        for start in range(0, len(ids), TASKS_PER_EVENT):
            some = ids[start : start + TASKS_PER_EVENT]
            listed = " ".join(f"(task {id_})" for id_ in some)
            self.say(f"{words.format(len(some))} {listed}.")
