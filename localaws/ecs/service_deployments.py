# SPDX-License-Identifier: Apache-2.0
"""A service's deployments as they are remembered: each with the revisions that it led from and to.

EcsDeployment is what the scheduler works on, and goes when its tasks have gone.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws import runtime
from localaws.ecs.deployments import EcsDeployment

REMEMBERED = 100
"""Of each service. AWS: those of the last 90 days [API reference, ListServiceDeployments]; ours."""

ENDINGS = {"IN_PROGRESS": "SUCCESSFUL", "ROLLBACK_IN_PROGRESS": "ROLLBACK_SUCCESSFUL"}
"""What a deployment becomes when its tasks run."""


def revision_arn(service_arn: str, deployment: EcsDeployment) -> str:
    """Returns the ARN of what a deployment deploys: its number is the deployment's."""
    number = deployment.id.rpartition("/")[2]
    return f"{service_arn.replace(':service/', ':service-revision/')}/{number}"


@dataclass
class ServiceDeployment:
    """One deployment of a service, with the names of the API."""

    service_deployment_arn: str
    service_arn: str
    cluster_arn: str
    target: dict[str, Any]
    """The revision, as DescribeServiceRevisions shows it."""
    source_arns: list[str]
    order: str
    """Sorts the newer before the older."""
    status: str = "IN_PROGRESS"
    status_reason: str | None = None
    created_at: datetime = field(default_factory=runtime.timestamp)
    finished_at: datetime | None = None
    updated_at: datetime = field(default_factory=runtime.timestamp)
    rollback: dict[str, Any] | None = None

    @property
    def started_at(self) -> datetime:
        return self.created_at

    @property
    def target_service_revision_arn(self) -> str:
        return str(self.target["serviceRevisionArn"])

    @property
    def stopped_at(self) -> datetime | None:
        return self.finished_at if self.status == "STOPPED" else None

    def become(self, status: str, reason: str | None = None) -> None:
        """Changes the status. Every one but those in progress is the last."""
        self.status, self.status_reason = status, reason
        self.updated_at = runtime.timestamp()
        self.finished_at = None if status in ENDINGS else self.updated_at


class DeploymentHistory:
    """What is remembered of a service's deployments, the newest first."""

    def __init__(self, service_arn: str, cluster_arn: str) -> None:
        self._service_arn, self._cluster_arn = service_arn, cluster_arn
        self.records: list[ServiceDeployment] = []
        self._begun = 0

    def begin(self, target: EcsDeployment, sources: Sequence[EcsDeployment]) -> None:
        """Remembers a new deployment; one that was in progress is stopped by it."""
        if self.records and self.records[0].status in ENDINGS:
            self.records[0].become("STOPPED", "A new deployment has begun.")
        self._begun += 1
        arn = self._service_arn.replace(":service/", ":service-deployment/")
        record = ServiceDeployment(
            service_deployment_arn=f"{arn}/{secrets.token_urlsafe(16)}",
            service_arn=self._service_arn,
            cluster_arn=self._cluster_arn,
            target=self._revision(target),
            source_arns=[revision_arn(self._service_arn, each) for each in sources],
            order=f"{sys.maxsize - self._begun:020}",
        )
        self.records.insert(0, record)
        del self.records[REMEMBERED:]

    def complete(self) -> None:
        """Says that the tasks of the newest deployment, or of the one before it, run."""
        record = self.records[0]
        record.become(ENDINGS.get(record.status, record.status), record.status_reason)

    def fail(self, reason: str, rolled_back_to: EcsDeployment | None) -> None:
        """Says that the circuit breaker has failed the newest deployment."""
        record = self.records[0]
        record.become("ROLLBACK_IN_PROGRESS" if rolled_back_to else "STOPPED", reason)
        if rolled_back_to:
            record.rollback = {
                "reason": reason,
                "startedAt": record.updated_at,
                "serviceRevisionArn": revision_arn(self._service_arn, rolled_back_to),
            }

    def _revision(self, deployment: EcsDeployment) -> dict[str, Any]:
        shown = {
            "serviceRevisionArn": revision_arn(self._service_arn, deployment),
            "serviceArn": self._service_arn,
            "clusterArn": self._cluster_arn,
            "taskDefinition": deployment.task_definition,
            "capacityProviderStrategy": deployment.capacity_provider_strategy,
            "launchType": deployment.launch_type,
            "platformVersion": deployment.platform_version,
            "platformFamily": deployment.platform_family,
            "loadBalancers": deployment.load_balancers,
            "serviceRegistries": deployment.service_registries,
            "networkConfiguration": deployment.network_configuration,
            "serviceConnectConfiguration": deployment.service_connect_configuration,
            "volumeConfigurations": deployment.volume_configurations,
            "vpcLatticeConfigurations": deployment.vpc_lattice_configurations,
            "containerImages": [
                {"containerName": each["name"], "image": each["image"]}
                for each in deployment.definition.container_definitions
            ],
            "guardDutyEnabled": False,
            "createdAt": deployment.created_at,
        }
        return {name: value for name, value in shown.items() if value is not None}
