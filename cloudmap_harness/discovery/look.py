# SPDX-License-Identifier: Apache-2.0
"""Reads services and all that is registered of them, and checks them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.check import Look, RegistryCheck, ServiceCheck
from cloudmap_harness.discovery.differences import Differences
from cloudmap_harness.discovery.ecs_services import (
    EcsService,
    Network,
    find_services,
    subnet_networks,
)
from cloudmap_harness.discovery.observation import Observation
from cloudmap_harness.discovery.ownership import own_part
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.reading import Progress, Reading
from cloudmap_harness.discovery.registries import Registries, find_registries
from cloudmap_harness.discovery.unowned import stray_records

WORKERS = 8
"""Calls at one time. AWS refuses some of many (Route 53 takes five a second); they are repeated."""


def look(
    aws: AwsClients,
    cluster: str | None = None,
    service: str | None = None,
    *,
    desired: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Look:
    """Checks the services that these names choose, by reading only.

    `desired` stands in for the desired count that ECS has. Raises NoSuchService and AwsError.
    """
    services = find_services(aws, cluster, service)
    registries = find_registries(
        aws,
        {arn for each in services for arn in each.registry_arns},
        everywhere=cluster is None and service is None,
    )
    with _workers() as pool:
        reading = Reading(aws, pool, progress)
        seen = reading.observations(services, registries)
        unowned = reading.unowned(registries.unowned)
        networks = subnet_networks(
            aws, (id_ for each in services if each.registry_arns for id_ in each.subnet_ids)
        )
    checks = [_check(each, registries, seen, networks, desired) for each in services]
    left: dict[str, list[Problem]] = defaultdict(list)
    for zone_id, siblings in registries.siblings.items():
        namespace = next(iter(siblings.values())).namespace
        left[namespace] += stray_records(reading.zones[zone_id], siblings)
    for each in unowned:
        left[each.registry.namespace] += each.problems()
    return Look(
        tuple(checks),
        {name: tuple(found) for name, found in left.items() if found},
        {str(each.registry): each.others for each in unowned if each.others},
    )


@contextmanager
def _workers() -> Iterator[ThreadPoolExecutor]:
    """Yields a pool and waits for its calls, but not after Ctrl-C.

    A call that AWS throttles is repeated for up to a minute, and a thread cannot be stopped.
    """
    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield pool
    except Exception:
        pool.shutdown(cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _check(
    service: EcsService,
    registries: Registries,
    seen: Mapping[tuple[EcsService, str], Observation],
    networks: Mapping[str, tuple[Network, ...]],
    desired: int | None,
) -> ServiceCheck:
    wanted = service.desired if desired is None else desired
    gone = tuple(id_ for id_ in service.subnet_ids if service.registry_arns and id_ not in networks)
    ranges = {each for id_ in service.subnet_ids for each in networks.get(id_, ())}
    ordered = tuple(sorted(ranges, key=lambda each: (each.version, each)))
    checked: list[RegistryCheck] = []
    others: list[Problem] = []
    if wanted != service.desired:
        what = f"the service's desired count is {service.desired} instead of {wanted}"
        others.append(Problem(Kind.EXPECTATION, what))
    for arn in service.registry_arns:
        if registry := registries.by_arn.get(arn):
            own = own_part(seen[service, arn], service, arn)
            sets = service.sets_in(arn) if desired is None else ()
            share = sum(each.desired for each in sets) if sets else wanted
            problems = Differences(share, service, ordered, registry, own).problems()
            checked.append(RegistryCheck(registry, share, own, tuple(problems)))
        else:
            others.append(Problem(Kind.NO_REGISTRY, f"the service registry {arn} is gone"))
    return ServiceCheck(service, wanted, ordered, tuple(checked), tuple(others), gone)


def check_service(
    aws: AwsClients, cluster: str, service: str, *, desired: int | None = None
) -> ServiceCheck:
    """Checks one ECS service. Raises NoSuchService and AwsError."""
    return look(aws, cluster, service, desired=desired).services[0]
