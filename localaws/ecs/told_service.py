# SPDX-License-Identifier: Apache-2.0
"""What the timeline is told of a service; see docs/timeline.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.timeline.stream import STREAM


class ToldService:
    """Mixed into a service, which has these attributes."""

    arn: str
    name: str
    cluster_name: str
    _desired_count: int

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
            self.tell_desired()

    @property
    def told(self) -> dict[str, object]:
        """The service as the timeline names it, with its desired count."""
        network = (self.network_configuration or {}).get("awsvpcConfiguration", {})
        groups = network.get("securityGroups") or None
        return {**self._named, "count": self.desired_count, "groups": groups}

    def tell_desired(self) -> None:
        """Says what the desired count is now."""
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
