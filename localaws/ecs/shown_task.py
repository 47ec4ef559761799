# SPDX-License-Identifier: Apache-2.0
"""What DescribeTasks and the timeline show of a task beside its attributes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from localaws.ecs.place import Place
from localaws.ecs.task_containers import TaskContainer
from localaws.ecs.task_states import TaskState

ATTACHMENT_STATUS = {
    TaskState.PROVISIONING: "PRECREATED",
    TaskState.DEPROVISIONING: "DETACHING",
    TaskState.STOPPED: "DELETED",
}
"""The status of a task's interface by the task's state; in every other state it is ATTACHED."""


class ShownTask:
    """Mixed into a task, which has these attributes."""

    id: str
    task_arn: str
    cluster_name: str
    attachment_id: str
    place: Place
    private_address: str
    availability_zone: str
    stopped_reason: str | None
    last_status: TaskState
    started_at: datetime | None
    enable_execute_command: bool
    _containers: Sequence[TaskContainer]
    _account_id: str
    _region: str
    _running_since: float | None
    _exit_code: int
    """What an essential container has ended with."""

    @property
    def health_status(self) -> str:
        raise NotImplementedError

    @property
    def service_name(self) -> str:
        raise NotImplementedError

    @property
    def told(self) -> dict[str, object]:
        """The task as the timeline names it; see docs/timeline.md."""
        return {
            "account": self._account_id,
            "region": self._region,
            "cluster": self.cluster_name,
            "service": self.service_name or None,
            "task": self.id,
            "address": self.private_address,
            "zone_name": self.availability_zone,
            "message": self.stopped_reason,
        }

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """The task's elastic network interface, its details in the order that AWS gives."""
        interface = self.place.interface
        if interface is None:
            return []
        details = [{"name": "subnetId", "value": interface.subnet_id}]
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
