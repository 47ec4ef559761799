# SPDX-License-Identifier: Apache-2.0
"""ECS's calls that concern task sets."""

from __future__ import annotations

from collections.abc import Sequence

from moto.ecs.exceptions import ECSException, InvalidParameterException

from localaws.ecs.capacity import Params
from localaws.ecs.service_calls import ServiceCalls, task_set_of
from localaws.ecs.services import EcsService
from localaws.ecs.task_sets import EcsTaskSet


class TaskSetCalls(ServiceCalls):
    """Creates, describes, scales and deletes task sets."""

    def _service_of_task_sets(self, params: Params) -> EcsService:
        """Returns the service that a request names. Raises ServiceNotFoundException."""
        return self.service(params.get("cluster", "default"), params["service"])

    def create_ecs_task_set(self, params: Params) -> EcsTaskSet:
        """Creates a task set without tasks. Raises the errors of CreateTaskSet."""
        service = self._service_of_task_sets(params)
        if service.deployment_controller["type"] != "EXTERNAL":
            raise InvalidParameterException(
                "Task sets can be created only in services with an EXTERNAL deployment controller."
            )
        token = params.get("clientToken")
        for existing in service.task_sets:
            if token and existing.client_token == token:
                return existing
        parts = self.deployment_parts(service.cluster, params)
        task_set = task_set_of(service, parts, params, status="ACTIVE")
        service.task_sets.append(task_set)
        service.share_desired()
        return task_set

    def described_task_sets(self, params: Params) -> tuple[list[EcsTaskSet], list[dict[str, str]]]:
        """Returns the task sets of these ids or ARNs, all without any, and a failure for others."""
        service = self._service_of_task_sets(params)
        names: Sequence[str] = params.get("taskSets") or []
        if not names:
            return [*service.task_sets], []
        found = {name: _named(service, name) for name in names}
        missing = [{"arn": name, "reason": "MISSING"} for name, each in found.items() if not each]
        return [each for each in found.values() if each], missing

    def _task_set(self, params: Params, key: str) -> tuple[EcsService, EcsTaskSet]:
        """Returns the service and the task set that a request names. Raises AWS's errors."""
        service = self._service_of_task_sets(params)
        task_set = _named(service, params[key])
        if task_set is None:
            raise ECSException("TaskSetNotFoundException", "The specified task set was not found.")
        return service, task_set

    def scale_task_set(self, params: Params) -> EcsTaskSet:
        """Gives a task set another share of the service's desired count."""
        service, task_set = self._task_set(params, "taskSet")
        task_set.scale = params["scale"]
        service.share_desired()
        task_set.settle()
        return task_set

    def make_task_set_primary(self, params: Params) -> EcsTaskSet:
        """Makes a task set the service's primary one, and the others ACTIVE."""
        service, task_set = self._task_set(params, "primaryTaskSet")
        for each in service.task_sets:
            if each.status == "PRIMARY":
                each.status = "ACTIVE"
        task_set.status = "PRIMARY"
        return task_set

    def remove_task_set(self, params: Params) -> EcsTaskSet:
        """Deletes a task set: it is DRAINING until its tasks have stopped.

        moto: deletes it at once, its tasks stay. Raises the errors of DeleteTaskSet.
        """
        service, task_set = self._task_set(params, "taskSet")
        if not params.get("force") and task_set.scale.get("value"):
            raise InvalidParameterException(
                "The task set cannot be deleted while it is scaled above 0."
            )
        task_set.status = "DRAINING"
        service.share_desired()
        service.task_sets = [each for each in service.task_sets if not each.has_gone]
        return task_set


def _named(service: EcsService, name: str) -> EcsTaskSet | None:
    return next((each for each in service.task_sets if each.has_name(name)), None)
