# SPDX-License-Identifier: Apache-2.0
"""Waits until the layers of a service agree: tasks, instances, records, and the desired count."""

from collections.abc import Callable, Iterable

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.ecs_services import find_services
from cloudmap_harness.discovery.look import check_service
from cloudmap_harness.discovery.probes import stopped_tasks
from cloudmap_harness.discovery.problems import Problem
from cloudmap_harness.errors import HarnessError, WaitTimeout, abridge
from cloudmap_harness.live_line import doing
from cloudmap_harness.waiting import wait_for


def wait_until_converged(
    aws: AwsClients,
    cluster: str,
    service: str,
    *,
    timeout: float,
    interval: float,
    desired: int | None = None,
    expectations: Callable[[ServiceCheck], Iterable[Problem]] = lambda check: (),
) -> ServiceCheck:
    """Returns the first check without problems; zero is a desired count like any other.

    `desired` stands in for the desired count that ECS has, and `expectations` gives the problems
    that only the caller can see. Raises WaitTimeout with ECS's latest events and why tasks have
    stopped, NoSuchService, and AwsError.
    """
    count = "its desired count" if desired is None else desired

    def problems(check: ServiceCheck) -> list[str]:
        activity.say(f"waiting for {check.desired}: {_seen(check)}")
        return abridge([*map(str, check.problems), *map(str, expectations(check))])

    try:
        with doing(f"waiting for {count}") as activity:
            return wait_for(
                lambda: check_service(aws, cluster, service, desired=desired),
                problems,
                expected=f"{cluster}/{service} with {count} in every layer, one by one",
                timeout=timeout,
                interval=interval,
            )
    except WaitTimeout as late:
        raise late.with_events(_events(aws, cluster, service)) from None


def _seen(check: ServiceCheck) -> str:
    return "; ".join(str(registry.seen) for registry in check.registries)


def _events(aws: AwsClients, cluster: str, service: str) -> list[str]:
    try:
        (found,) = find_services(aws, cluster, service)
        return [*found.events, *stopped_tasks(aws, cluster, service)]
    except HarnessError as error:  # What the check has seen must not be lost for it.
        return [f"they cannot be read: {error}"]
