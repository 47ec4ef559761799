# SPDX-License-Identifier: Apache-2.0
"""ECS's request handler: services, tasks, what they run on, pages of lists; the rest is moto's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.responses import (
    DESCRIBE_TASK_SETS_TAGS,
    DESCRIBE_TASKS_TAGS,
    EC2ContainerServiceResponse,
    format_attributes,
)

from localaws.ecs.calls import EcsCalls
from localaws.ecs.serializer import EcsResult
from localaws.moto_mixins import ModelValidated
from localaws.paging import InvalidToken, Item, page


class EcsResponse(ModelValidated, EC2ContainerServiceResponse):
    """Answers ECS's requests."""

    unusable = "InvalidParameterException"

    # moto: what one reply leaves out is noted on the class and left out of all later replies.
    # Here: each class, and each request, has a dictionary of its own.
    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        **EC2ContainerServiceResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        "DeregisterContainerInstanceResponse.containerInstance.attributes": format_attributes,
        "UpdateContainerInstancesStateResponse.containerInstances.ContainerInstance.attributes": (
            format_attributes
        ),
    }

    def __init__(self) -> None:
        super().__init__()
        self.RESPONSE_KEY_PATH_TO_TRANSFORMER = {**type(self).RESPONSE_KEY_PATH_TO_TRANSFORMER}

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        return super().serialized(EcsResult(action_result.result))

    @property
    def ecs(self) -> EcsCalls:
        """ECS in the account and region of the request."""
        return cast(EcsCalls, self.ecs_backend)

    @property
    def _cluster(self) -> str:
        return cast(str, self._get_param("cluster", "default"))

    def _page(
        self, items: Iterable[Item], key: Callable[[Item], str], *, default: int
    ) -> tuple[list[Item], str | None]:
        """Returns the page that the request asks for. Raises InvalidParameterException."""
        size = self._get_param("maxResults", default)
        if not 1 <= size <= 100:
            raise InvalidParameterException("maxResults must be between 1 and 100.")
        try:
            return page(items, key, size, self._get_param("nextToken"))
        except InvalidToken as error:
            raise InvalidParameterException("Invalid token") from error

    def _show_tags_if_included(self, path: str) -> None:
        """Leaves the tags out of the reply unless the request includes them."""
        if "TAGS" in self._get_param("include", []):
            self._include_in_response(path)
        else:
            self._exclude_from_response(path)

    def describe_clusters(self) -> ActionResult:
        include = self._get_param("include", [])
        clusters, failures = self.ecs.describe_clusters(self._get_param("clusters", ["default"]))
        shown = [self.ecs.cluster_description(cluster, include) for cluster in clusters]
        return ActionResult({"clusters": shown, "failures": failures})

    def put_account_setting(self) -> ActionResult:
        """moto: without the principal. Here the one principal is root, whose setting is all's."""
        name, value = self._get_param("name"), self._get_param("value")
        self.ecs.put_account_setting(name, value)
        return ActionResult({"setting": self.ecs.shown_setting(name, value)})

    def put_account_setting_default(self) -> ActionResult:
        return self.put_account_setting()

    def list_account_settings(self) -> ActionResult:
        settings = self.ecs.shown_settings(
            self._get_param("name"),
            self._get_param("value"),
            effective=bool(self._get_param("effectiveSettings")),
        )
        found, token = self._page(settings, lambda each: each["name"], default=10)
        return ActionResult({"settings": found, "nextToken": token})

    def _apply_default_strategy(self) -> None:
        """Completes a request without launch type and strategy.

        moto: EC2. AWS: the cluster's default strategy comes first.
        """
        cluster = self.ecs.clusters.get(self._cluster.rsplit("/", 1)[-1])
        given = self.params.get("launchType") or self.params.get("capacityProviderStrategy")
        if cluster and not given:
            strategy = cluster.default_capacity_provider_strategy
            self.params["capacityProviderStrategy"] = strategy or []

    def create_service(self) -> ActionResult:
        self._apply_default_strategy()
        return ActionResult({"service": self.ecs.create_ecs_service(self.params)})

    def update_service(self) -> ActionResult:
        return ActionResult({"service": self.ecs.update_ecs_service(self.params)})

    def register_task_definition(self) -> ActionResult:
        """moto: drops enableFaultInjection. AWS: keeps and shows it."""
        reply = super().register_task_definition()
        wanted = self._get_param("enableFaultInjection")
        if wanted is not None:
            result = cast(dict[str, Any], reply.result)
            result["taskDefinition"].enable_fault_injection = wanted
        return reply

    def describe_services(self) -> ActionResult:
        names = self._get_param("services", [])
        if len(names) > 10:
            raise InvalidParameterException("services can have at most 10 items.")
        return super().describe_services()

    def list_services(self) -> ActionResult:
        arns = self.ecs.list_services(
            self._cluster,
            self._get_param("schedulingStrategy"),
            launch_type=self._get_param("launchType"),
        )
        found, token = self._page(arns, lambda arn: arn, default=10)
        return ActionResult({"serviceArns": found, "nextToken": token})

    def list_service_deployments(self) -> ActionResult:
        records = self.ecs.service_deployments(self.params)
        found, token = self._page(records, lambda each: each.order, default=20)
        return ActionResult({"serviceDeployments": found, "nextToken": token})

    def describe_service_deployments(self) -> ActionResult:
        arns = self._get_param("serviceDeploymentArns", [])
        found, failures = self.ecs.described_service_deployments(arns)
        return ActionResult({"serviceDeployments": found, "failures": failures})

    def describe_service_revisions(self) -> ActionResult:
        arns = self._get_param("serviceRevisionArns", [])
        found, failures = self.ecs.described_service_revisions(arns)
        return ActionResult({"serviceRevisions": found, "failures": failures})

    def run_task(self) -> ActionResult:
        self._apply_default_strategy()
        tasks, failures = self.ecs.run_tasks(self.params)
        return ActionResult({"tasks": tasks, "failures": failures})

    def start_task(self) -> ActionResult:
        tasks, failures = self.ecs.start_tasks(self.params)
        return ActionResult({"tasks": tasks, "failures": failures})

    def register_container_instance(self) -> ActionResult:
        try:
            document = dict(json.loads(self._get_param("instanceIdentityDocument", "{}")))
        except (TypeError, ValueError) as error:
            raise InvalidParameterException("The identity document is not valid.") from error
        given = {each["name"]: each.get("value") for each in self._get_param("attributes", [])}
        instance = self.ecs.register_container_instance(
            self._cluster, str(document.get("instanceId")), given, self._get_param("tags")
        )
        return ActionResult({"containerInstance": instance})

    def list_container_instances(self) -> ActionResult:
        arns = self.ecs.list_container_instances(
            self._cluster, self._get_param("status"), self._get_param("filter")
        )
        found, token = self._page(arns, lambda arn: arn, default=100)
        return ActionResult({"containerInstanceArns": found, "nextToken": token})

    def create_task_set(self) -> ActionResult:
        self._apply_default_strategy()
        return ActionResult({"taskSet": self.ecs.create_ecs_task_set(self.params)})

    def describe_task_sets(self) -> ActionResult:
        found, failures = self.ecs.described_task_sets(self.params)
        self._show_tags_if_included(DESCRIBE_TASK_SETS_TAGS)
        return ActionResult({"taskSets": found, "failures": failures})

    def update_task_set(self) -> ActionResult:
        return ActionResult({"taskSet": self.ecs.scale_task_set(self.params)})

    def update_service_primary_task_set(self) -> ActionResult:
        return ActionResult({"taskSet": self.ecs.make_task_set_primary(self.params)})

    def delete_task_set(self) -> ActionResult:
        return ActionResult({"taskSet": self.ecs.remove_task_set(self.params)})

    def describe_tasks(self) -> ActionResult:
        names = self._get_param("tasks", [])
        if not names:
            raise InvalidParameterException("Tasks cannot be empty.")
        if len(names) > 100:
            raise InvalidParameterException("tasks can have at most 100 items.")
        found, missing = self.ecs.describe_tasks_or_missing(self._cluster, names)
        self._show_tags_if_included(DESCRIBE_TASKS_TAGS)
        failures = [{"arn": name, "reason": "MISSING"} for name in missing]
        return ActionResult({"tasks": found, "failures": failures})

    def list_tasks(self) -> ActionResult:
        tasks = self.ecs.list_tasks(
            self._cluster,
            self._get_param("containerInstance"),
            self._get_param("family"),
            self._get_param("startedBy"),
            self._get_param("serviceName"),
            self._get_param("desiredStatus"),
        )
        launch_type = self._get_param("launchType")
        tasks = [task for task in tasks if launch_type in (None, task.launch_type)]
        found, token = self._page(tasks, lambda task: task.task_arn, default=100)
        return ActionResult({"taskArns": [task.task_arn for task in found], "nextToken": token})

    def list_task_definitions(self) -> ActionResult:
        arns = self.ecs.list_task_definitions(
            self._get_param("familyPrefix"), self._get_param("status", "ACTIVE")
        )
        found, token = self._page(arns, _by_revision, default=100)
        return ActionResult({"taskDefinitionArns": found, "nextToken": token})

    def list_clusters(self) -> ActionResult:
        arns = [each.arn for each in self.ecs.clusters.values() if each.status == "ACTIVE"]
        found, token = self._page(arns, lambda arn: arn, default=100)
        return ActionResult({"clusterArns": found, "nextToken": token})


def _by_revision(arn: str) -> str:
    """Returns a key that sorts task definitions by family, then by the number of the revision."""
    family, revision = arn.rsplit(":", 1)
    return f"{family}:{int(revision):08}"
