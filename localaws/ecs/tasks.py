# SPDX-License-Identifier: Apache-2.0
"""A Fargate task: its states, its network interface and its place in Cloud Map.

Source of the states: ECS developer guide, "Amazon ECS task lifecycle".
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.models import Cluster, TaskDefinition
from moto.utilities.utils import get_partition

from localaws import runtime
from localaws.cloudmap.operations import Operation
from localaws.ecs.registry import Registry

if TYPE_CHECKING:
    from localaws.ecs.cluster_calls import Clusters

STARTING = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")
STOPPING = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")

REGISTRATION_FAILED = "Timeout waiting for service discovery instance provisioning to complete."
"""AWS's words when a task cannot be registered (AWS provider issue 4082)."""

TASK_FAILED_TO_START = "TaskFailedToStart"
"""The stopCode of a task that never ran."""


class FargateTask:
    """One task, in the place of moto's Task; the attributes bear the names of the API's members."""

    def __init__(
        self,
        *,
        backend: Clusters,
        cluster: Cluster,
        task_definition: TaskDefinition,
        interface: NetworkInterface,
        group: str,
        started_by: str,
        launch_type: str | None,
        platform_version: str,
        capacity_provider_name: str | None = None,
        overrides: dict[str, Any] | None = None,
        tags: list[dict[str, str]] | None = None,
        registry: Registry | None = None,
    ):
        self._ec2 = backend.ec2
        self.id = secrets.token_hex(16)
        self.cluster_name = cluster.name
        self.cluster_arn = cluster.arn
        region, account_id = backend.region_name, backend.account_id
        self.task_arn = (
            f"arn:{get_partition(region)}:ecs:{region}:{account_id}:task/{cluster.name}/{self.id}"
        )
        self.family = task_definition.family
        self.task_definition_arn = task_definition.arn
        self.group = group
        self.started_by = started_by
        self.launch_type = launch_type or ""
        self.capacity_provider_name = capacity_provider_name
        self.platform_version = platform_version
        self.platform_family = "Linux"
        self.cpu = task_definition.cpu
        self.memory = task_definition.memory
        self.overrides = overrides or {
            "containerOverrides": [],
            "inferenceAcceleratorOverrides": [],
        }
        self.tags = tags or []
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
        self.desired_status = "RUNNING"
        self.health_status = "UNKNOWN"
        self._registry = registry
        self._operation: Operation | None = None
        self._registered = False
        self._interface = interface
        self._definitions: list[dict[str, Any]] = task_definition.container_definitions
        self._container_ids = [str(uuid.uuid4()) for _ in self._definitions]
        self.last_status = "PROVISIONING"
        self._due = self._step_due()

    @staticmethod
    def _step_due() -> float:
        return runtime.now() + runtime.settings.task_step_seconds

    @property
    def service_name(self) -> str:
        """The name of the service that started it, or the empty string."""
        kind, _, name = self.group.partition(":")
        return name if kind == "service" else ""

    @property
    def is_serving(self) -> bool:
        """Whether its containers listen: until they get SIGTERM, which is in STOPPING."""
        return self.last_status in ("RUNNING", "DEACTIVATING")

    @property
    def published_ports(self) -> list[tuple[int, str]]:
        """Each TCP port that a container publishes, and that container's image."""
        return [
            (mapping["containerPort"], definition["image"])
            for definition in self._definitions
            for mapping in definition["portMappings"]
            if mapping.get("protocol", "tcp") == "tcp"
        ]

    @property
    def has_health_check(self) -> bool:
        return any("healthCheck" in definition for definition in self._definitions)

    @property
    def failed_to_start(self) -> bool:
        return self.stop_code == TASK_FAILED_TO_START

    @property
    def is_past_stopping(self) -> bool:
        """STOPPING or later: withdrawn from Cloud Map, so that its service can be deleted."""
        return self.last_status in STOPPING[1:]

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Its elastic network interface, in the order of details that AWS gives."""
        status = {"PROVISIONING": "PRECREATED", "DEPROVISIONING": "DETACHING", "STOPPED": "DELETED"}
        details = [{"name": "subnetId", "value": self.subnet_id}]
        if self.last_status != "PROVISIONING":
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
                "status": status.get(self.last_status, "ATTACHED"),
                "details": details,
            }
        ]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """Its containers: PENDING, RUNNING or STOPPED as the task's state has it."""
        has_run = self.started_at is not None
        stopped = self.last_status in STOPPING[2:]
        status = "STOPPED" if stopped else "RUNNING" if has_run else "PENDING"
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
                **({"exitCode": 0} if stopped and has_run else {}),
            }
            for index, (definition, id_) in enumerate(
                zip(self._definitions, self._container_ids, strict=True)
            )
        ]

    def stop(self, reason: str, stop_code: str) -> None:
        """Ask the task to stop; the scheduler takes it through the states on the way out."""
        if self.desired_status == "STOPPED":
            return
        self.desired_status = "STOPPED"
        self.stopped_reason, self.stop_code = reason, stop_code
        self.stopping_at = runtime.timestamp()

    def step(self) -> None:
        """Move one state on when it is time and no Cloud Map operation is in progress."""
        if runtime.now() < self._due or (self._operation and self._operation.in_progress):
            return
        if self.last_status == "ACTIVATING":
            self._end_registration()
        if self.last_status == "DEACTIVATING" and self._is_still_registered():
            return
        if (state := self._next_state()) is not None:
            self.last_status = state
            self.version += 1
            self._due = self._step_due()
            getattr(self, f"_enter_{state.lower()}")()
        elif self.last_status == "RUNNING":
            self._check_health()

    def _next_state(self) -> str | None:
        if self.last_status in STOPPING:
            following = STOPPING[STOPPING.index(self.last_status) + 1 :]
            return following[0] if following else None
        if self.desired_status == "STOPPED":
            return STOPPING[0]
        following = STARTING[STARTING.index(self.last_status) + 1 :]
        return following[0] if following else None

    def _enter_pending(self) -> None:
        self.pull_started_at = runtime.timestamp()
        self.connectivity, self.connectivity_at = "CONNECTED", self.pull_started_at

    def _enter_activating(self) -> None:
        self.pull_stopped_at = runtime.timestamp()
        if self._registry is None:
            return
        try:
            self._operation = self._registry.register(self)
        except ServiceException as error:
            self.stop(f"{REGISTRATION_FAILED} {error.message}", TASK_FAILED_TO_START)

    def _end_registration(self) -> None:
        """The registration is over, one way or the other."""
        if self._operation is None:
            return
        if self._operation.status == "SUCCESS":
            self._registered = True
        else:
            self.stop(REGISTRATION_FAILED, TASK_FAILED_TO_START)
        self._operation = None

    def _enter_running(self) -> None:
        self.started_at = runtime.timestamp()

    def _check_health(self) -> None:
        """A container's health check passes one step after the task runs (a choice)."""
        if self.has_health_check and self.health_status == "UNKNOWN":
            self.health_status = "HEALTHY"
            if self._registry and self._registered:
                self._registry.set_healthy(self)

    def _enter_deactivating(self) -> None:
        self._is_still_registered()

    def _is_still_registered(self) -> bool:
        """Whether there is something to deregister; the operation that does it is then submitted.

        Asked again when that has ended: somebody may have registered the same instance meanwhile.
        """
        self._operation = None
        if self._registry and self._registered:
            self._operation = self._registry.deregister(self)
        return self._operation is not None

    def _enter_stopping(self) -> None:
        self._registered = False
        self._operation = None

    def _enter_deprovisioning(self) -> None:
        self.execution_stopped_at = runtime.timestamp()

    def _enter_stopped(self) -> None:
        self.stopped_at = runtime.timestamp()
        self._ec2.delete_task_interface(self._interface.id)
