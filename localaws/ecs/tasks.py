# SPDX-License-Identifier: Apache-2.0
"""A task: what the API shows of it, and how it goes from one state to the next."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException

from localaws import runtime
from localaws.ecs.place import Place, PublishedPort, published_ports
from localaws.ecs.registration import Registration
from localaws.ecs.registry import TaskInstance
from localaws.ecs.shown_task import ShownTask
from localaws.ecs.task_containers import UNHEALTHY, task_containers
from localaws.ecs.task_endings import (
    ESSENTIAL_CONTAINER_EXITED,
    REGISTRATION_FAILED,
    TASK_FAILED_TO_START,
    ending_by_fault,
)
from localaws.ecs.task_health import TaskHealth
from localaws.ecs.task_logs import GROUP_MISSING, LogGroupMissing, TaskLogs
from localaws.ecs.task_needs import PortMapping
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_secrets import missing_secret
from localaws.ecs.task_states import TaskState, next_state
from localaws.faults.active import ACTIVE
from localaws.timeline.stream import STREAM

NEVER = math.inf
"""When a task takes its next step that stays as it is until somebody stops it."""


class EcsTask(ShownTask):
    """One task, in the place of moto's Task; the attributes have the names of the API's members."""

    def __init__(
        self,
        request: TaskRequest,
        place: Place,
        *,
        arn: str,
        leave: Callable[[EcsTask], None],
    ):
        """`leave` gives the task's place back when the task has stopped."""
        definition = request.task_definition
        self.id = arn.rsplit("/", 1)[-1]
        self.task_arn = arn
        self.cluster_name = request.cluster.name
        self.cluster_arn = request.cluster.arn
        self.family = definition.family
        self.task_definition_arn = definition.arn
        self.group = request.group
        self.started_by = request.started_by
        self.launch_type = request.launch_type
        self.capacity_provider_name = request.capacity_provider_name
        self.platform_version = request.platform_version
        self.platform_family = "Linux" if request.launch_type == "FARGATE" else None
        self.needs = request.needs
        self.cpu = definition.cpu or str(self.needs.cpu)
        self.memory = definition.memory or str(self.needs.memory)
        self.overrides = request.overrides or {
            "containerOverrides": [],
            "inferenceAcceleratorOverrides": [],
        }
        self.enable_execute_command = request.enable_execute_command
        self.tags = [*request.tags]
        self.place = place
        self.container_instance_arn = place.instance and place.instance.container_instance_arn
        self.availability_zone = place.availability_zone
        self.vpc_id = place.vpc_id
        self.subnet_id = place.interface and place.interface.subnet_id
        self.private_address = place.private_address
        self.attachment_id = str(uuid.uuid4())
        self.version = 1
        self.created_at = runtime.timestamp()
        self.pull_started_at: datetime | None = None
        self.pull_stopped_at: datetime | None = None
        self.started_at: datetime | None = None
        self.connectivity: str | None = None
        self.connectivity_at: datetime | None = None
        self.stopping_at: datetime | None = None
        self.execution_stopped_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.stopped_reason: str | None = None
        self.stop_code: str | None = None
        self.desired_status = TaskState.RUNNING
        self.last_status = TaskState.PROVISIONING
        self._leave = leave
        containers: list[dict[str, Any]] = definition.container_definitions
        self._containers = task_containers(containers, request.overrides)
        self.published_ports: list[PublishedPort] = published_ports(containers, place)
        """Each TCP port that the task listens on."""
        _, _, _, region, account_id, _ = arn.split(":", 5)
        self.logs = TaskLogs(containers, account_id=account_id, region=region, task_id=self.id)
        self._definitions, self._account_id, self._region = containers, account_id, region
        self._registrations = [
            Registration(registry, self._instance(request.external_id))
            for registry in request.registries
        ]
        self._health = TaskHealth(self._containers, self._registrations)
        self._target_groups = request.target_groups
        self._running_since: float | None = None
        self._exit_code = 0
        self._next_step_at = self._one_step_later()
        self._tell()

    def _instance(self, external_id: str) -> TaskInstance:
        instance, ports = self.place.instance, self.place.host_ports
        return TaskInstance(
            id=self.id,
            private_address=self.private_address,
            availability_zone=self.availability_zone,
            cluster_name=self.cluster_name,
            service_name=self.service_name,
            family=self.family,
            has_health_check=any(each.has_health_check for each in self._containers),
            # AWS adds it outside awsvpc mode only [developer guide, "Service discovery"].
            ec2_instance_id=instance.ec2_instance_id if instance and ports else None,
            host_ports={
                (each.container, each.container_port): port for each, port in ports.items()
            },
            external_id=external_id,
        )

    def _tell(self) -> None:
        STREAM.tell("task", self.last_status, self.told)

    @staticmethod
    def _one_step_later() -> float:
        return runtime.now() + runtime.settings.task_step_seconds

    @property
    def host_ports(self) -> Mapping[PortMapping, int]:
        return self.place.host_ports

    @property
    def health_status(self) -> str:
        return self._health.status

    @property
    def images(self) -> list[str]:
        """The images of the containers."""
        return [each.image for each in self._containers]

    @property
    def service_name(self) -> str:
        """The name of the service that started the task, or the empty string."""
        kind, _, name = self.group.partition(":")
        return name if kind == "service" else ""

    @property
    def is_serving(self) -> bool:
        """Whether the containers listen: they get SIGTERM in STOPPING."""
        return self.last_status in (TaskState.RUNNING, TaskState.DEACTIVATING)

    @property
    def is_drained(self) -> bool:
        """Whether the task has left Cloud Map and the service: STOPPING or later."""
        return self.last_status in (
            TaskState.STOPPING,
            TaskState.DEPROVISIONING,
            TaskState.STOPPED,
        )

    @property
    def is_on_draining_instance(self) -> bool:
        """Whether the task's container instance is to be emptied."""
        instance = self.place.instance
        return instance is not None and instance.status == "DRAINING"

    @property
    def failed_to_start(self) -> bool:
        """Whether the task stopped before it ran."""
        return self.stop_code == TASK_FAILED_TO_START

    def stop(self, reason: str, stop_code: str) -> None:
        """Sets the desired status to STOPPED; the scheduler moves the task through the states."""
        if self.desired_status == TaskState.STOPPED:
            return
        self.desired_status = TaskState.STOPPED
        if self.last_status == TaskState.RUNNING:
            self._next_step_at = min(self._next_step_at, runtime.now())
        self.stopped_reason, self.stop_code = reason, stop_code
        self.stopping_at = runtime.timestamp()

    def step(self) -> None:
        """Moves the task one state on, if its time has come and no Cloud Map operation is open."""
        self.logs.flush()
        if (ACTIVE.own or self._health.is_ill) and self.desired_status == TaskState.RUNNING:
            self._suffer_faults()
        if runtime.now() < self._next_step_at:
            return
        if self._registrations and not self._is_ready_to_leave_state():
            return
        if self._essential_container_has_exited():
            self.stop(ESSENTIAL_CONTAINER_EXITED, "EssentialContainerExited")
        state = next_state(self.last_status, self.desired_status)
        if state is not None:
            self.last_status = state
            self.version += 1
            self._next_step_at = self._one_step_later()
            self._tell()
            self._enter(state)
            if ACTIVE.own and state == TaskState.RUNNING:
                self._suffer_faults()  # Nobody sees a task run that crashes at once.
        else:
            self._next_step_at = self._exits_at()
            if self._running_since is not None:
                looked_at = self._health.check(self._running_since)
                if self._health.status != UNHEALTHY:
                    self._next_step_at = min(self._next_step_at, looked_at)

    def _is_ready_to_leave_state(self) -> bool:
        """Follows the registrations; returns False while the task has to wait for Cloud Map."""
        if any(each.is_in_progress for each in self._registrations):
            return False
        if self.last_status == TaskState.ACTIVATING:
            finished = [each.finish() for each in self._registrations]
            if not all(finished):
                self.stop(REGISTRATION_FAILED, TASK_FAILED_TO_START)
        if self.last_status == TaskState.DEACTIVATING:
            submitted = [each.withdraw() for each in self._registrations]
            return not any(submitted)
        return True

    def _enter(self, state: TaskState) -> None:
        """Does what ECS does when a task comes into the state."""
        match state:
            case TaskState.PENDING:
                self.pull_started_at = runtime.timestamp()
                self.connectivity, self.connectivity_at = "CONNECTED", self.pull_started_at
                self._get_secrets()
            case TaskState.ACTIVATING:
                self.pull_stopped_at = runtime.timestamp()
                self._open_logs()
                self._register()
                if self._target_groups and self.desired_status == TaskState.RUNNING:
                    self._target_groups.register(self.place)
            case TaskState.RUNNING:
                self.started_at = runtime.timestamp()
                self._running_since = runtime.now()
            case TaskState.DEACTIVATING:
                if self._target_groups:
                    self._target_groups.deregister(self.place)
                for registration in self._registrations:
                    registration.withdraw()
            case TaskState.DEPROVISIONING:
                self.execution_stopped_at = runtime.timestamp()
            case TaskState.STOPPED:
                self.stopped_at = runtime.timestamp()
                self._leave(self)

    def _exits_at(self) -> float:
        """Returns when an essential container ends by itself; NEVER when none does."""
        if self._running_since is None or self.last_status != TaskState.RUNNING:
            return NEVER
        exits = [each.exit.seconds for each in self._containers if each.essential and each.exit]
        return self._running_since + min(exits, default=NEVER)

    def _essential_container_has_exited(self) -> bool:
        return self.last_status == TaskState.RUNNING and runtime.now() >= self._exits_at()

    def _get_secrets(self) -> None:
        """Stops the task when a secret is missing; they are read before the images are pulled."""
        if problem := missing_secret(
            self._definitions, account_id=self._account_id, region=self._region
        ):
            self.stop(problem, TASK_FAILED_TO_START)

    def _open_logs(self) -> None:
        try:
            self.logs.open()
        except LogGroupMissing:
            self.stop(GROUP_MISSING, TASK_FAILED_TO_START)

    def _register(self) -> None:
        if self.desired_status == TaskState.STOPPED:
            return
        try:
            for registration in self._registrations:
                registration.submit()
        except ServiceException as error:
            self.stop(f"{REGISTRATION_FAILED} {error.message}", TASK_FAILED_TO_START)

    def _suffer_faults(self) -> None:
        """Fails as the faults that are on want it; see localaws/faults."""
        since = self._running_since
        seconds = 0.0 if since is None else runtime.now() - since
        if ending := ending_by_fault(self, self.last_status, seconds):
            self._exit_code = ending.exit_code
            self.stop(ending.reason, ending.stop_code)
        elif self.last_status == TaskState.RUNNING:
            self._health.suffer(ACTIVE.of_task("unhealthy", self) is not None)
