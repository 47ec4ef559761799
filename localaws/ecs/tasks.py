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
from localaws.ecs.task_containers import UNHEALTHY, task_containers
from localaws.ecs.task_logs import GROUP_MISSING, LogGroupMissing, TaskLogs
from localaws.ecs.task_needs import PortMapping
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_states import TaskState, next_state
from localaws.faults.active import ACTIVE

REGISTRATION_FAILED = "Timeout waiting for service discovery instance provisioning to complete."
"""AWS's words when a task cannot be registered (AWS provider issue 4082)."""

ESSENTIAL_CONTAINER_EXITED = "Essential container in task exited"

CANNOT_PULL = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
    "failed to resolve ref {image}: not found"
)
"""AWS's words for an image that the registry does not have."""

TASK_FAILED_TO_START = "TaskFailedToStart"
"""The stopCode of a task that never ran."""

NEVER = math.inf
"""When a task takes its next step that stays as it is until somebody stops it."""

ATTACHMENT_STATUS = {
    TaskState.PROVISIONING: "PRECREATED",
    TaskState.DEPROVISIONING: "DETACHING",
    TaskState.STOPPED: "DELETED",
}
"""The status of a task's interface by the task's state; in every other state it is ATTACHED."""


class EcsTask:
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
        self.health_status = "UNKNOWN"
        self._leave = leave
        containers: list[dict[str, Any]] = definition.container_definitions
        self._containers = task_containers(containers, request.overrides)
        self.has_health_check = any(each.has_health_check for each in self._containers)
        """Whether a container has a health check."""
        self.published_ports: list[PublishedPort] = published_ports(containers, place)
        """Each TCP port that the task listens on."""
        _, _, _, region, account_id, _ = arn.split(":", 5)
        self.logs = TaskLogs(containers, account_id=account_id, region=region, task_id=self.id)
        self._registrations = [
            Registration(registry, self._instance(request.external_id))
            for registry in request.registries
        ]
        self._target_groups = request.target_groups
        self._running_since: float | None = None
        self._exit_code = 0
        self._is_ill = False
        """Whether a fault makes the containers unhealthy."""
        self._next_step_at = self._one_step_later()

    def _instance(self, external_id: str) -> TaskInstance:
        instance, ports = self.place.instance, self.place.host_ports
        return TaskInstance(
            id=self.id,
            private_address=self.private_address,
            availability_zone=self.availability_zone,
            cluster_name=self.cluster_name,
            service_name=self.service_name,
            family=self.family,
            has_health_check=self.has_health_check,
            # AWS adds it outside awsvpc mode only [developer guide, "Service discovery"].
            ec2_instance_id=instance.ec2_instance_id if instance and ports else None,
            host_ports={
                (each.container, each.container_port): port for each, port in ports.items()
            },
            external_id=external_id,
        )

    @staticmethod
    def _one_step_later() -> float:
        return runtime.now() + runtime.settings.task_step_seconds

    @property
    def host_ports(self) -> Mapping[PortMapping, int]:
        return self.place.host_ports

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

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """The task's elastic network interface, its details in the order that AWS gives."""
        interface = self.place.interface
        if interface is None:
            return []
        details = [{"name": "subnetId", "value": self.subnet_id}]
        if self.last_status != TaskState.PROVISIONING:
            details += [
                {"name": "networkInterfaceId", "value": interface.id},
                {"name": "macAddress", "value": interface.mac_address},
                {"name": "privateDnsName", "value": interface.private_dns_name},
                {"name": "privateIPv4Address", "value": self.private_address},
            ]
        return [
            {
                "id": self.attachment_id,
                "type": "ElasticNetworkInterface",
                "status": ATTACHMENT_STATUS.get(self.last_status, "ATTACHED"),
                "details": details,
            }
        ]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The task's containers: PENDING, RUNNING or STOPPED, depending on the task's state."""
        has_run = self.started_at is not None
        has_ended = self.last_status in (TaskState.DEPROVISIONING, TaskState.STOPPED)
        status = "STOPPED" if has_ended else "RUNNING" if has_run else "PENDING"
        attachment = {
            "attachmentId": self.attachment_id,
            "privateIpv4Address": self.private_address,
        }
        shown = []
        for container in self._containers:
            ended = container.exited_at(self._running_since)
            exit_code = ended.code if ended else self._exit_code if has_ended and has_run else None
            shown.append(
                container.description(
                    task_arn=self.task_arn,
                    status="STOPPED" if ended else status,
                    exit_code=exit_code,
                    health=self.health_status,
                    attachment=attachment if self.place.interface else None,
                    host_ports=self.place.host_ports,
                    agent_since=self.started_at,
                    has_agent=self.enable_execute_command,
                )
            )
        return shown

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
        if (ACTIVE.own or self._is_ill) and self.desired_status == TaskState.RUNNING:
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
            self._enter(state)
            if ACTIVE.own and state == TaskState.RUNNING:
                self._suffer_faults()  # Nobody sees a task run that crashes at once.
        else:
            self._next_step_at = self._exits_at()
            if self.last_status == TaskState.RUNNING and not self._is_ill:
                self._check_health()

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

    def _check_health(self) -> None:
        """Passes or fails the containers' health checks.

        AWS does not document how long the first check takes; ours: one step after the start.
        """
        after = min(each.unhealthy_after for each in self._containers if each.essential)
        fails_at = (self._running_since or 0.0) + after
        if runtime.now() >= fails_at:
            self._become(UNHEALTHY)
        elif self.has_health_check:
            self._become("HEALTHY")
            self._next_step_at = min(self._next_step_at, fails_at)

    def _become(self, health_status: str) -> None:
        """Changes the health status, and tells Cloud Map."""
        if self.health_status != health_status:
            self.health_status = health_status
            for registration in self._registrations:
                registration.report(health_status == UNHEALTHY)

    def _suffer_faults(self) -> None:
        """Fails as the faults that are on want it; see localaws/faults."""
        if ACTIVE.of_task("zone", self):
            reason = f"The Availability Zone {self.availability_zone} is down (a fault)"
            self.stop(reason, "TerminationNotice" if self.started_at else TASK_FAILED_TO_START)
        elif self.last_status == TaskState.PENDING and ACTIVE.of_task("pull", self):
            self.stop(CANNOT_PULL.format(image=self.images[0]), TASK_FAILED_TO_START)
        elif self.last_status == TaskState.RUNNING:
            crash = ACTIVE.of_task("crash", self)
            if crash and runtime.now() >= (self._running_since or 0.0) + crash.after:
                self._exit_code = crash.exit_code
                self.stop(ESSENTIAL_CONTAINER_EXITED, "EssentialContainerExited")
            is_ill = ACTIVE.of_task("unhealthy", self) is not None
            if is_ill != self._is_ill:
                self._is_ill = is_ill
                healthy = "HEALTHY" if self.has_health_check else "UNKNOWN"
                self._become(UNHEALTHY if is_ill else healthy)
