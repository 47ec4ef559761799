# SPDX-License-Identifier: Apache-2.0
"""Classic load balancers, completed: the health check that each has from the start."""

from __future__ import annotations

from typing import Any

from moto.elb.models import ELBBackend, FakeHealthCheck, LoadBalancer

from localaws.load_balancer_requests import URLS


class ClassicLoadBalancers(ELBBackend):
    """moto's classic load balancers."""

    _url_module = URLS

    def create_load_balancer(self, *args: Any, **kwargs: Any) -> LoadBalancer:
        """moto: without a health check, which the AWS provider takes for granted and panics.

        AWS: on the first listener's port [API reference, "Configure health checks"].
        """
        balancer = super().create_load_balancer(*args, **kwargs)
        ports = [listener.instance_port for listener in balancer.listeners]
        if balancer.health_check is None and ports:
            balancer.health_check = FakeHealthCheck(
                timeout="5",
                healthy_threshold="10",
                unhealthy_threshold="2",
                interval="30",
                target=f"TCP:{ports[0]}",
            )
        return balancer
