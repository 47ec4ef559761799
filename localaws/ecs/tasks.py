# SPDX-License-Identifier: Apache-2.0
"""A Fargate task: what the API shows of it, and how it goes from one state to the next."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from localaws import runtime
from localaws.ecs.registration import Registration
from localaws.ecs.registry import TaskInstance
from localaws.ecs.task_request import TaskRequest
from localaws.ecs.task_states import TaskState, next_state

REGISTRATION_FAILED = "Timeout waiting for service discovery instance provisioning to complete."
"""AWS's words when a task cannot be registered (AWS provider issue 4082)."""

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


class FargateTask:
    """One task, in the place of moto's Task; the attributes have the names of the API's members."""

    def __init__(
        self,
        request: TaskRequest,
        *,
        arn: str,
        interface: NetworkInterface,
        delete_interface: Callable[[NetworkInterface], None],
    ):
        definition = request.task_definition
        self.id = arn.rsplit("/", 1)[-1]
        self.task_arn = arn
        self.cluster_name = request.cluster.name
        self.cluster_arn = request.cluster.arn
        self.family = definition.family
        self.task_definition_arn = definition.arn
        self.group = request.group
        self.started_by = request.started_by
        self.launch_type = request.launch_type or ""
        self.capacity_provider_name = request.capacity_provider_name
        self.platform_version = request.platform_version
        self.platform_family = "Linux"
        self.cpu = definition.cpu
        self.memory = definition.memory
        self.overrides = request.overrides or {
            "containerOverrides": [],
            "inferenceAcceleratorOverrides": [],
        }
        self.tags = [*request.tags]
        self.container_instance_arn = None
        self.availability_zone = interface.availability_zone
        self.vpc_id = interface.vpc_id
        self.subnet_id = interface.subnet_id
        self.private_address = str(interface.private_ip_address)
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
        self._interface = interface
        self._delete_interface = delete_interface
        containers: list[dict[str, Any]] = definition.container_definitions
        self._container_definitions = containers
        self.has_health_check = any("healthCheck" in container for container in containers)
        """Whether a container has a health check."""
        self.published_ports: list[tuple[int, str]] = [
            (mapping["containerPort"], container["image"])
            for container in containers
            for mapping in container["portMappings"]
            if mapping.get("protocol", "tcp") == "tcp"
        ]
        """Each TCP port that a container publishes, and the image of that container."""
        self._container_ids = [str(uuid.uuid4()) for _ in self._container_definitions]
        self._registration = (
            Registration(request.registry, self._instance()) if request.registry else None
        )
        self._next_step_at = self._one_step_later()

    def _instance(self) -> TaskInstance:
        return TaskInstance(
            id=self.id,
            private_address=self.private_address,
            availability_zone=self.availability_zone,
            cluster_name=self.cluster_name,
            service_name=self.service_name,
            family=self.family,
            has_health_check=self.has_health_check,
        )

    @staticmethod
    def _one_step_later() -> float:
        return runtime.now() + runtime.settings.task_step_seconds

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
    def failed_to_start(self) -> bool:
        """Whether the task stopped before it ran."""
        return self.stop_code == TASK_FAILED_TO_START

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """The task's elastic network interface, its details in the order that AWS gives."""
        details = [{"name": "subnetId", "value": self.subnet_id}]
        if self.last_status != TaskState.PROVISIONING:
            details += [
                {"name": "networkInterfaceId", "value": self._interface.id},
                {"name": "macAddress", "value": self._interface.mac_address},
                {"name": "privateDnsName", "value": self._interface.private_dns_name},
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
        arn = self.task_arn.replace(":task/", ":container/")
        return [
            {
                "containerArn": f"{arn}/{id_}",
                "taskArn": self.task_arn,
                "name": definition["name"],
                "image": definition["image"],
                "runtimeId": f"{self.id}-{index}",
                "lastStatus": status,
                "networkInterfaces": [
                    {
                        "attachmentId": self.attachment_id,
                        "privateIpv4Address": self.private_address,
                    }
                ],
                "healthStatus": self.health_status if "healthCheck" in definition else "UNKNOWN",
                "cpu": str(definition.get("cpu", 0)),
                **({"exitCode": 0} if has_ended and has_run else {}),
            }
            for index, (definition, id_) in enumerate(
                zip(self._container_definitions, self._container_ids, strict=True)
            )
        ]

    def stop(self, reason: str, stop_code: str) -> None:
        """Sets the desired status to STOPPED; the scheduler moves the task through the states."""
        if self.desired_status == TaskState.STOPPED:
            return
        self.desired_status = TaskState.STOPPED
        if self._next_step_at == NEVER:
            self._next_step_at = runtime.now()
        self.stopped_reason, self.stop_code = reason, stop_code
        self.stopping_at = runtime.timestamp()

    def step(self) -> None:
        """Moves the task one state on, if its time has come and no Cloud Map operation is open."""
        if runtime.now() < self._next_step_at:
            return
        if self._registration and not self._is_ready_to_leave_state(self._registration):
            return
        state = next_state(self.last_status, self.desired_status)
        if state is not None:
            self.last_status = state
            self.version += 1
            self._next_step_at = self._one_step_later()
            self._enter(state)
        else:
            self._next_step_at = NEVER
            if self.has_health_check and self.last_status == TaskState.RUNNING:
                self._become_healthy()

    def _is_ready_to_leave_state(self, registration: Registration) -> bool:
        """Follows the registration; returns False while the task has to wait for Cloud Map."""
        if registration.is_in_progress:
            return False
        if self.last_status == TaskState.ACTIVATING and not registration.finish():
            self.stop(REGISTRATION_FAILED, TASK_FAILED_TO_START)
        return not (self.last_status == TaskState.DEACTIVATING and registration.withdraw())

    def _enter(self, state: TaskState) -> None:
        """Does what ECS does when a task comes into the state."""
        match state:
            case TaskState.PENDING:
                self.pull_started_at = runtime.timestamp()
                self.connectivity, self.connectivity_at = "CONNECTED", self.pull_started_at
            case TaskState.ACTIVATING:
                self.pull_stopped_at = runtime.timestamp()
                self._register()
            case TaskState.RUNNING:
                self.started_at = runtime.timestamp()
            case TaskState.DEACTIVATING:
                if self._registration:
                    self._registration.withdraw()
            case TaskState.DEPROVISIONING:
                self.execution_stopped_at = runtime.timestamp()
            case TaskState.STOPPED:
                self.stopped_at = runtime.timestamp()
                self._delete_interface(self._interface)

    def _register(self) -> None:
        if self._registration is None:
            return
        try:
            self._registration.submit()
        except ServiceException as error:
            self.stop(f"{REGISTRATION_FAILED} {error.message}", TASK_FAILED_TO_START)

    def _become_healthy(self) -> None:
        """Passes the container health check.

        AWS does not document how long the first check takes; ours: one step after the start.
        """
        self.health_status = "HEALTHY"
        if self._registration:
            self._registration.report_healthy()
