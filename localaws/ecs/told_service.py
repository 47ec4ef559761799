# SPDX-License-Identifier: Apache-2.0
"""What the timeline is told of a service; see docs/timeline.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.ecs.task_sets import EcsTaskSet
from localaws.timeline.stream import STREAM


class ToldService:
    """Mixed into a service, which has these attributes."""

    arn: str
    name: str
    cluster_name: str
    deployment_controller: dict[str, Any]
    task_sets: list[EcsTaskSet]
    _desired_count: int
    _told_count: int | None = None
    """The count that was told last; None before the first."""

    @property
    def network_configuration(self) -> Mapping[str, Any] | None:
        raise NotImplementedError

    @property
    def desired_count(self) -> int:
        """Whoever changes it, by a call, by scaling or by deleting the service, tells it."""
        return self._desired_count

    @desired_count.setter
    def desired_count(self, count: int) -> None:
        if count != self._desired_count:
            self._desired_count = count
            self.share_desired()

    def share_desired(self) -> None:
        """Gives each task set its share of the desired count, and tells what all want now.

        Whoever creates, scales or deletes a task set calls it.
        """
        for task_set in self.task_sets:
            task_set.compute_desired_count(self._desired_count)
        self.tell_desired()

    @property
    def _wanted_count(self) -> int:
        """How many tasks the service wants: under the controller EXTERNAL, what its sets want."""
        if self.deployment_controller["type"] == "EXTERNAL":
            return sum(each.computed_desired_count for each in self.task_sets)
        return self._desired_count

    @property
    def told(self) -> dict[str, object]:
        """The service as the timeline names it, with the count of tasks that it wants."""
        network = (self.network_configuration or {}).get("awsvpcConfiguration", {})
        groups = network.get("securityGroups") or None
        return {**self._named, "count": self._wanted_count, "groups": groups}

    def tell_desired(self) -> None:
        """Says how many tasks the service wants now, unless that was told last."""
        if self._wanted_count == self._told_count:
            return
        self._told_count = self._wanted_count
        STREAM.tell("service", "desired", self.told)

    def tell(self, what: str, **more: object) -> None:
        """Says that something has happened to the service."""
        STREAM.tell("service", what, {**self._named, **more})

    @property
    def _named(self) -> dict[str, object]:
        _, _, _, region, account_id, _ = self.arn.split(":", 5)
        return {
            "account": account_id,
            "region": region,
            "cluster": self.cluster_name,
            "service": self.name,
        }
