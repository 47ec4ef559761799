# SPDX-License-Identifier: Apache-2.0
"""Layers that agree, from which a test takes something away."""

from ipaddress import IPv4Address, IPv4Network

from cloudmap_harness.discovery.check import RegistryCheck, ServiceCheck
from cloudmap_harness.discovery.differences import Differences
from cloudmap_harness.discovery.ecs_services import EcsService
from cloudmap_harness.discovery.observation import (
    Observation,
    ObservedInstance,
    ObservedRecord,
    ObservedTask,
)
from cloudmap_harness.discovery.ownership import own_part
from cloudmap_harness.discovery.registries import Registry

NAME = "web.example.internal."
ARN = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1"
NETWORKS = (IPv4Network("10.0.8.0/24"), IPv4Network("10.0.9.0/24"))
SERVICE = EcsService(
    cluster="shop",
    name="web",
    desired=2,
    registry_arns=(ARN,),
    ports=(),
    subnet_ids=("subnet-1",),
    deployments=(),
    events=(),
)
REGISTRY = Registry(
    service_id="srv-1",
    arn=ARN,
    name="web",
    namespace="example.internal",
    hosted_zone_id="Z1",
    ttls={"A": 300},
    multivalue=True,
    has_health=True,
    http_name="example.internal",
)


def task(address: str, status: str = "RUNNING") -> ObservedTask:
    return ObservedTask(f"id-{address}", status, IPv4Address(address), f"eni-{address}", "a")


def instance(address: str) -> ObservedInstance:
    return ObservedInstance(f"id-{address}", IPv4Address(address))


def record(address: str) -> ObservedRecord:
    return ObservedRecord(NAME, IPv4Address(address), 300, f"id-{address}", True)


def agreeing(*addresses: str) -> Observation:
    """The same addresses in every layer."""
    return Observation(
        tuple(map(task, addresses)), tuple(map(instance, addresses)), tuple(map(record, addresses))
    )


def problems(
    seen: Observation,
    *,
    desired: int = 2,
    service: EcsService = SERVICE,
    registry: Registry = REGISTRY,
) -> list[str]:
    """What differs, as text."""
    own = own_part(seen, service, registry.arn)
    return [*map(str, Differences(desired, service, NETWORKS, registry, own).problems())]


def checked(
    seen: Observation,
    *,
    desired: int = 2,
    service: EcsService = SERVICE,
    registry: Registry = REGISTRY,
) -> ServiceCheck:
    """The check of a service with that one registry."""
    found = Differences(desired, service, NETWORKS, registry, seen).problems()
    check = RegistryCheck(registry, desired, seen, tuple(found))
    return ServiceCheck(service, desired, NETWORKS, (check,))
