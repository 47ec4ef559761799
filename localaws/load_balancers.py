# SPDX-License-Identifier: Apache-2.0
"""Elastic Load Balancing v2, completed: interfaces, the health of targets, where requests go."""

from __future__ import annotations

import fnmatch
import ipaddress
import random
from collections.abc import Iterator, Sequence
from typing import Any, cast

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.models import ecs_backends
from moto.elbv2.exceptions import LoadBalancerNotFoundError
from moto.elbv2.models import (
    AvailabilityZone,
    ELBv2Backend,
    FakeHealthStatus,
    FakeListener,
    FakeLoadBalancer,
    FakeTargetGroup,
)

from localaws.ec2 import EC2
from localaws.ecs.backend import Ecs
from localaws.load_balancer_requests import URLS
from localaws.load_balancer_zones import ZonalLoadBalancer, Zones, zonal
from localaws.routes import Balanced, Peer, Targets

DNS_SUFFIX = ".elb.amazonaws.com"
DUALSTACK = "dualstack."
"""What the console puts before a load balancer's name in an alias [Route 53 developer guide]."""


class LoadBalancers(ELBv2Backend):
    """moto's load balancers, which have interfaces and know who answers."""

    _url_module = URLS
    load_balancers: dict[str, ZonalLoadBalancer]  # type: ignore[assignment]

    @property
    def _ec2(self) -> EC2:
        return cast(EC2, self.ec2_backend)

    @property
    def _zones(self) -> Zones:
        return Zones(self._ec2)

    def create_load_balancer(self, *args: Any, **kwargs: Any) -> FakeLoadBalancer:
        """moto: without interfaces. AWS: one of its own in each subnet, gone with it."""
        mappings = kwargs.get("subnet_mappings") or []
        self._zones.require_usable(mappings)
        balancer = zonal(super().create_load_balancer(*args, **kwargs))
        self._name_by_kind(balancer)
        self._zones.enter(balancer, mappings)
        return balancer

    def _name_by_kind(self, balancer: ZonalLoadBalancer) -> None:
        """moto: `app/` in every ARN. AWS: `net/` and `gwy/` for those that are."""
        if (kind := balancer.kind) == "app":
            return
        tags = self.tagging_service.list_tags_for_resource(balancer.arn)["Tags"]
        self.tagging_service.delete_all_tags_for_resource(balancer.arn)
        del self.load_balancers[balancer.arn]
        balancer.arn = balancer.arn.replace("/app/", f"/{kind}/")
        self.load_balancers[balancer.arn] = balancer
        self.tagging_service.tag_resource(balancer.arn, tags)

    def delete_load_balancer(self, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        super().delete_load_balancer(arn)
        if balancer:
            self._zones.leave(balancer, [*balancer.interfaces])

    def set_subnets(
        self, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]
    ) -> list[AvailabilityZone]:
        """moto: two zones at least, and the interfaces stay where they are.

        AWS: a network load balancer may be in one zone only [API reference, SetSubnets].
        """
        balancer = self.load_balancers.get(arn)
        if balancer is None:
            raise LoadBalancerNotFoundError
        asked = [*subnets, *(mapping["SubnetId"] for mapping in subnet_mappings)]
        new = [each for each in subnet_mappings if each["SubnetId"] not in balancer.interfaces]
        self._zones.require_usable(new)
        if balancer.kind == "net" and len(asked) == 1:
            balancer.subnets = [self._ec2.get_subnet(asked[0])]
        else:
            super().set_subnets(arn, subnets, subnet_mappings)
        self._zones.leave(balancer, [*(balancer.interfaces.keys() - {*asked})])
        self._zones.enter(balancer, subnet_mappings)
        return balancer.availability_zones

    def set_security_groups(self, arn: str, sec_groups: list[str]) -> None:
        """moto: without its interfaces. AWS: they have the new groups at once."""
        super().set_security_groups(arn, sec_groups)
        groups = [self._ec2.get_security_group_from_id(id_) for id_ in sec_groups]
        for interface in self.load_balancers[arn].interfaces.values():
            interface._group_set = [group for group in groups if group]

    def describe_target_health(
        self, target_group_arn: str, targets: list[dict[str, Any]]
    ) -> list[FakeHealthStatus]:
        """moto: every registered target is healthy. AWS: when it answers."""
        found = super().describe_target_health(target_group_arn, targets)
        group = self.target_groups[target_group_arn]
        if group.target_type == "ip":
            for health in found:
                if health.status == "healthy" and not self._answers(
                    group.vpc_id, health.instance_id, int(health.port)
                ):
                    health.status, health.reason = "initial", "Elb.RegistrationInProgress"
                    health.description = "Target registration is in progress"
        return found

    def _answers(self, vpc_id: str | None, address: str, port: int) -> bool:
        """Whether a container listens there: other VPCs may have the same addresses."""
        ecs = cast(Ecs, ecs_backends[self.account_id][self.region_name])
        return any(
            (task.vpc_id, task.private_address) == (vpc_id, address)
            and task.is_serving
            and any(published.port == port for published in task.published_ports)
            for task in ecs.all_tasks
        )

    def route(self, vpc_id: str, name: str, host: str, port: int, path: str) -> Balanced | None:
        """Returns where a request to a load balancer of the VPC goes; None without a listener.

        `name` is the load balancer's, `host` the one that the client asked for.
        """
        for balancer in self.load_balancers.values():
            interfaces = [*balancer.interfaces.values()]
            asked = name.lower().removeprefix(DUALSTACK)
            if (balancer.vpc_id, balancer.dns_name.lower()) != (vpc_id, asked):
                continue
            for listener in balancer.listeners.values():
                if interfaces and int(listener.port) == port:
                    group = self.target_groups.get(_group_of(listener, host, path) or "")
                    return Balanced(
                        _peer(balancer, interfaces[0]), self._healthy(group) if group else []
                    )
        return None

    def _healthy(self, group: FakeTargetGroup) -> Targets:
        """Returns the healthy targets of a group in random order."""
        found = [
            (health.instance_id, int(health.port))
            for health in self.describe_target_health(group.arn, [])
            if health.status == "healthy"
        ]
        random.shuffle(found)
        return found


def _peer(balancer: FakeLoadBalancer, interface: NetworkInterface) -> Peer:
    """Returns a load balancer as one end of a connection.

    moto: every interface without a group has the VPC's default one. AWS: a network load balancer's
    has none, and then nobody judges what passes [Network Load Balancers guide, "Security groups"].
    """
    has_groups = balancer.security_groups or balancer.type != "network"
    address = ipaddress.IPv4Address(interface.private_ip_address)
    return Peer(address, interface.group_set if has_groups else ())


def _group_of(listener: FakeListener, host: str, path: str) -> str | None:
    """Returns the target group that the first matching rule of a listener forwards to."""
    rules = sorted(
        listener.rules.values(),
        key=lambda rule: float("inf") if rule.priority == "default" else float(rule.priority),
    )
    for rule in rules:
        if all(_matches(condition, host, path) for condition in rule.conditions):
            groups = [*_forwarded(rule.actions)]
            weights = [weight for _, weight in groups]
            return random.choices(groups, weights)[0][0] if any(weights) else None
    return None


def _matches(condition: dict[str, Any], host: str, path: str) -> bool:
    """Whether a request meets a condition; of those on anything else than these two, none does."""
    field = condition.get("Field")
    values: Sequence[str] = condition.get("Values") or next(
        (each.get("Values") for key, each in condition.items() if key.endswith("Config")), []
    )
    asked = {"path-pattern": path, "host-header": host}.get(str(field))
    return asked is not None and any(fnmatch.fnmatchcase(asked, value) for value in values)


def _forwarded(actions: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """Yields the target groups of `forward` actions, each with its weight."""
    for action in actions:
        if action.type != "forward":
            continue
        groups = action.data.get("ForwardConfig", {}).get("TargetGroups") or [
            {"TargetGroupArn": action.data.get("TargetGroupArn"), "Weight": 1}
        ]
        for group in groups:
            yield group["TargetGroupArn"], int(group.get("Weight", 1))
