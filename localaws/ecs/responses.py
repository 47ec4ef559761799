# SPDX-License-Identifier: Apache-2.0
"""ECS's requests that concern Fargate, and pages for its list calls; the rest is moto's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from moto.core.responses import ActionResult
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.responses import (
    DESCRIBE_TASKS_TAGS,
    EC2ContainerServiceResponse,
)

from localaws.moto_mixins import LockedResponse
from localaws.paging import InvalidToken, Item, page

if TYPE_CHECKING:
    from localaws.ecs.backend import Ecs


FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def is_fargate(params: Mapping[str, Any]) -> bool:
    """Whether a service or task with these parameters runs on Fargate."""
    strategy = params.get("capacityProviderStrategy") or [{}]
    provider = strategy[0].get("capacityProvider")
    return params.get("launchType") == "FARGATE" or provider in FARGATE_PROVIDERS


class EcsResponse(LockedResponse, EC2ContainerServiceResponse):
    """Answers ECS's requests."""

    # moto notes on the class what one reply leaves out, for every request after it.
    RESPONSE_KEY_PATH_TO_TRANSFORMER = {
        **EC2ContainerServiceResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
    }

    def __init__(self) -> None:
        super().__init__()
        self.RESPONSE_KEY_PATH_TO_TRANSFORMER = {**type(self).RESPONSE_KEY_PATH_TO_TRANSFORMER}

    @property
    def ecs(self) -> Ecs:
        return cast("Ecs", self.ecs_backend)

    def _page(
        self, items: Iterable[Item], key: Callable[[Item], str], *, default: int
    ) -> tuple[list[Item], str | None]:
        size = self._get_param("maxResults", default)
        if not 1 <= size <= 100:
            raise InvalidParameterException("maxResults must be between 1 and 100.")
        try:
            return page(items, key, size, self._get_param("nextToken"))
        except InvalidToken as error:
            raise InvalidParameterException("Invalid token") from error

    def _tags(self, path: str) -> None:
        """Tags are in a description only when they are asked for."""
        if "TAGS" in self._get_param("include", []):
            self._include_in_response(path)
        else:
            self._exclude_from_response(path)

    def describe_clusters(self) -> ActionResult:
        include = self._get_param("include", [])
        clusters, failures = self.ecs.describe_clusters(self._get_param("clusters", ["default"]))
        shown = [self.ecs.described(cluster, include) for cluster in clusters]
        return ActionResult({"clusters": shown, "failures": failures})

    def _use_the_clusters_strategy(self) -> None:
        """moto: EC2 when nothing is asked for. AWS: first the cluster's default strategy."""
        cluster = self.ecs.clusters.get(self._cluster.rsplit("/", 1)[-1])
        asked = self.params.get("launchType") or self.params.get("capacityProviderStrategy")
        if cluster and not asked:
            strategy = cluster.default_capacity_provider_strategy
            self.params["capacityProviderStrategy"] = strategy or []

    def create_service(self) -> ActionResult:
        self._use_the_clusters_strategy()
        if not is_fargate(self.params):
            return super().create_service()
        return ActionResult({"service": self.ecs.create_fargate_service(self.params)})

    def update_service(self) -> ActionResult:
        service = self.ecs.fargate_service(self._cluster, self.params["service"])
        if service is None:
            return super().update_service()
        return ActionResult({"service": self.ecs.update_fargate_service(service, self.params)})

    @property
    def _cluster(self) -> str:
        return cast(str, self._get_param("cluster", "default"))

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

    def run_task(self) -> ActionResult:
        self._use_the_clusters_strategy()
        if not is_fargate(self.params):
            return super().run_task()
        tasks, failures = self.ecs.run_fargate_tasks(self.params)
        return ActionResult({"tasks": tasks, "failures": failures})

    def describe_tasks(self) -> ActionResult:
        names = self._get_param("tasks", [])
        if not names:
            raise InvalidParameterException("Tasks cannot be empty.")
        if len(names) > 100:
            raise InvalidParameterException("tasks can have at most 100 items.")
        found, missing = self.ecs.find_tasks(self._cluster, names)
        self._tags(DESCRIBE_TASKS_TAGS)
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
    family, revision = arn.rsplit(":", 1)
    return f"{family}:{int(revision):08}"
