# SPDX-License-Identifier: Apache-2.0
"""Route 53's health checks, completed: the record sets that name one go by its health."""

from __future__ import annotations

from typing import Any

from moto.route53.models import HealthCheck, Route53Backend

from localaws.hosted_zones import UserZone


class HealthChecks(Route53Backend):
    """moto's Route 53, whose health checks decide about record sets."""

    @property
    def unhealthy_checks(self) -> frozenset[str]:
        """Nobody probes: a health check is healthy, and one that is inverted is not."""
        return frozenset(id_ for id_, check in self.health_checks.items() if check.inverted)

    def _judge_records(self) -> None:
        for zone in self.zones.values():
            if isinstance(zone, UserZone):
                zone.judge(self.unhealthy_checks)

    def create_health_check(
        self, caller_reference: str, health_check_args: dict[str, Any]
    ) -> HealthCheck:
        check = super().create_health_check(caller_reference, health_check_args)
        self._judge_records()
        return check

    def update_health_check(
        self, health_check_id: str, health_check_args: dict[str, Any]
    ) -> HealthCheck:
        check = super().update_health_check(health_check_id, health_check_args)
        self._judge_records()
        return check

    def delete_health_check(self, health_check_id: str) -> None:
        super().delete_health_check(health_check_id)
        self._judge_records()
