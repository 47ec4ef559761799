# SPDX-License-Identifier: Apache-2.0
"""ECS in one account and region: its calls, its request handler and its share of a tick."""

from __future__ import annotations

from moto.ecs import urls

from localaws.ecs.calls import EcsCalls
from localaws.ecs.connections import Connections
from localaws.ecs.launching import Launching
from localaws.ecs.responses import EcsResponse
from localaws.ecs.service_scheduler import schedule
from localaws.moto_mixins import OwnUrls


class Ecs(OwnUrls, EcsCalls, Launching, Connections):
    """moto's ECS, with services that run tasks."""

    SERVICE_NAMESPACE = "ecs"
    moto_urls = urls
    responses = EcsResponse

    def tick(self) -> None:
        """Takes one turn: every service first, then every task moves one state on at the most."""
        self.follow_ec2_instances()
        for service in self.services.values():
            schedule(service, self)
            self.remove_unused_endpoints(service)
        for task in self.all_tasks:
            task.step()
        self.forget_stopped_tasks()
        for cluster in self.clusters.values():
            self.refresh_counts(cluster)
