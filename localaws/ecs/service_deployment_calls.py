# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern the deployments of a service that are remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from localaws.ecs.capacity import Params
from localaws.ecs.service_deployments import ServiceDeployment, revision_arn
from localaws.ecs.services import EcsService
from localaws.ecs.state import EcsState

Found = tuple[list[Any], list[dict[str, str]]]
"""What was found, and a failure for each ARN that names nothing."""


class ServiceDeploymentCalls(EcsState):
    """Lists and describes service deployments, and the revisions that they deploy."""

    def service_deployments(self, params: Params) -> list[ServiceDeployment]:
        """Returns a service's deployments, the newest first. Raises ServiceNotFoundException."""
        service = self.service(params.get("cluster", "default"), params["service"])
        statuses, created = params.get("status"), params.get("createdAt") or {}
        return [
            each
            for each in service.history.records
            if not statuses or each.status in statuses
            if "after" not in created or each.created_at >= created["after"]
            if "before" not in created or each.created_at <= created["before"]
        ]

    def described_service_deployments(self, arns: Sequence[str]) -> Found:
        shown = {
            each.service_deployment_arn: _shown(service, each)
            for service, each in self._remembered(arns)
        }
        return _found(arns, shown)

    def described_service_revisions(self, arns: Sequence[str]) -> Found:
        shown = {
            each.target_service_revision_arn: each.target for _, each in self._remembered(arns)
        }
        return _found(arns, shown)

    def _remembered(self, arns: Sequence[str]) -> Iterator[tuple[EcsService, ServiceDeployment]]:
        """Yields the deployments of the services that the ARNs name."""
        for key in {":".join(arn.split("/")[1:3]) for arn in arns}:
            if service := self.services.get(key):
                yield from ((service, each) for each in service.history.records)


def _found(arns: Sequence[str], shown: dict[str, dict[str, Any]]) -> Found:
    missing = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in shown]
    return [shown[arn] for arn in arns if arn in shown], missing


def _shown(service: EcsService, record: ServiceDeployment) -> dict[str, Any]:
    """Returns a deployment as the API shows it; what the service no longer has counts nothing."""
    live = {revision_arn(service.arn, each): each for each in service.deployments}

    def revision(arn: str) -> dict[str, Any]:
        deployment = live.get(arn)
        return {
            "arn": arn,
            "requestedTaskCount": deployment.desired_count if deployment else 0,
            "runningTaskCount": deployment.running_count if deployment else 0,
            "pendingTaskCount": deployment.pending_count if deployment else 0,
        }

    return {
        "serviceDeploymentArn": record.service_deployment_arn,
        "serviceArn": record.service_arn,
        "clusterArn": record.cluster_arn,
        "createdAt": record.created_at,
        "startedAt": record.started_at,
        "finishedAt": record.finished_at,
        "stoppedAt": record.stopped_at,
        "updatedAt": record.updated_at,
        "sourceServiceRevisions": [revision(arn) for arn in record.source_arns],
        "targetServiceRevision": revision(record.target_service_revision_arn),
        "status": record.status,
        "statusReason": record.status_reason,
        "deploymentConfiguration": service.deployment_configuration,
        "rollback": record.rollback,
    }
