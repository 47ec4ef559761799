# SPDX-License-Identifier: Apache-2.0
"""Checks an endpoint's capabilities by a tiny probe deployment that is always removed."""

import secrets
from collections.abc import Callable

from cloudmap_harness.aws.account import get_caller
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import localstack_advice, read_health
from cloudmap_harness.aws.inventory import inventory_by_names
from cloudmap_harness.aws.listing.resource import ResourceNames
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.vpc_lookup import VpcNetwork, VpcNotFound, VpcSelector, find_vpc
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.checks import Check, Need, needing, run_checks
from cloudmap_harness.preflight.cloud_map import CloudMapProbe
from cloudmap_harness.preflight.ecs import EcsProbe
from cloudmap_harness.preflight.results import (
    CapabilityResult,
    Missing,
    PreflightReport,
    Skipped,
    Verdict,
)
from cloudmap_harness.preflight.vpc import create

_NO_VPC = VpcNetwork("", "", (), (), 0)


def check_endpoint(
    aws: AwsClients,
    place: str,
    selector: VpcSelector,
    *,
    project: str,
    vpc_client: Callable[[], VpcClient | None] | None,
    task_timeout: float,
) -> PreflightReport:
    """Tries every capability at the endpoint and removes what was made for that.

    AWS errors become results. `project` is the probe deployment's tag Project and the beginning of
    its names. `vpc_client` returns a client in the selected VPC, once something is there.
    `task_timeout` is the seconds from a task's creation by ECS to RUNNING.
    """
    cleanup = CleanupStack()
    deployment = _ProbeDeployment(aws, selector, project, vpc_client, cleanup)
    checks = deployment.checks(task_timeout)
    url = aws.endpoint or ""
    try:
        health = read_health(url)
        reason = f"nobody listens at {url}"
    except AwsError as error:
        health, reason = None, str(error)
    if health is None:
        unreachable = CapabilityResult(Capability.REACHABLE, Verdict.MISSING, reason)
        rest = run_checks(needing(lambda: "nobody answers", checks))
        return PreflightReport(place, "nobody", (unreachable, *rest))
    name = health.name
    with cleanup:
        results = run_checks((Check(Capability.REACHABLE, (), lambda: name), *checks))
    notes = (*localstack_advice(health), *cleanup.notes, *deployment.left_behind())
    return PreflightReport(place, name, results, notes)


def probe_tags(project: str) -> ProjectTags:
    """Returns tags with a deployment that nobody else has."""
    return ProjectTags(project, f"check-{secrets.token_hex(4)}")


def probe_names(tags: ProjectTags) -> ResourceNames:
    """Returns names made of the tags, which nobody else has."""
    name = f"{tags.project}-{tags.deployment}"
    return ResourceNames(
        cluster=name,
        ecs_service=name,
        family=name,
        namespace=f"{tags.deployment}.internal",
        service="tasks",
        security_group=name,
    )


class _ProbeDeployment:
    """A namespace with two instances and an ECS service with two tasks, made for the check."""

    def __init__(
        self,
        aws: AwsClients,
        selector: VpcSelector,
        project: str,
        vpc_client: Callable[[], VpcClient | None] | None,
        cleanup: CleanupStack,
    ) -> None:
        self._aws = aws
        self._selector = selector
        self._tags = probe_tags(project)
        self._names = probe_names(self._tags)
        self._vpc_client = vpc_client
        self._cleanup = cleanup
        self._network = _NO_VPC

    def checks(self, task_timeout: float) -> tuple[Check, ...]:
        """Returns the table, in the order in which it is run."""
        cloud_map = CloudMapProbe(self._aws, self._names, self._tags, self._cleanup)
        ecs = EcsProbe(
            self._aws,
            self._names,
            self._tags,
            self._cleanup,
            cloud_map=cloud_map,
            task_timeout=task_timeout,
        )
        vpc, running, records = self._no_vpc, ecs.no_running_task, ecs.no_records
        return (
            Check(Capability.IDENTITY, (), self._identity),
            Check(Capability.VPC, (), self._find_or_create_vpc),
            Check(
                Capability.HOSTED_ZONE,
                (vpc,),
                lambda: cloud_map.namespace_makes_zone(self._network.vpc_id),
            ),
            Check(Capability.RECORD_SETS, (cloud_map.no_namespace,), cloud_map.record_set_each),
            Check(Capability.TASKS, (vpc,), lambda: ecs.tasks_run(self._network)),
            Check(
                Capability.NETWORK_INTERFACES,
                (running,),
                lambda: ecs.tasks_have_addresses(self._network),
            ),
            Check(Capability.REGISTRATION, (running,), ecs.tasks_are_registered),
            self._inside_vpc(Capability.DNS, (running, records), ecs.name_resolves),
            self._inside_vpc(Capability.HTTP, (running, records), ecs.pages_are_served),
            Check(Capability.SCALE_IN, (running, records), ecs.records_go_on_scale_in),
            # Last, as an endpoint may accept the deletes that AWS refuses.
            Check(Capability.DELETE_RULES, (cloud_map.no_service,), cloud_map.deletes_are_refused),
        )

    def left_behind(self) -> list[str]:
        """Returns a line for each resource of the probe deployment that is or may be still there.

        An endpoint without a service has nothing of that service left.
        """
        left = inventory_by_names(self._aws, self._names)
        return [
            *(f"left behind: {resource}" for resource in left.resources),
            *(f"perhaps left behind, as it could not be listed: {each}" for each in left.failed),
        ]

    def _identity(self) -> str:
        return f"account {get_caller(self._aws).account}"

    def _find_or_create_vpc(self) -> str:
        """Finds the selected VPC; without it the other checks are made in a new one."""
        try:
            self._network = find_vpc(self._aws, self._selector)
        except VpcNotFound as error:
            self._vpc_client = None  # It is in the selected VPC.
            self._network = create(self._aws, self._tags, self._cleanup)
            raise Missing(str(error)) from error
        return str(self._network)

    def _no_vpc(self) -> str | None:
        return "there is no VPC" if self._network is _NO_VPC else None

    def _inside_vpc(
        self, capability: Capability, needs: tuple[Need, ...], look: Callable[[VpcClient], str]
    ) -> Check:
        """Returns a check that also needs a client in the VPC."""

        def probe() -> str:
            client = self._vpc_client() if self._vpc_client else None
            if client is None:
                raise Skipped("there is no client in this VPC: look from a host there")
            return look(client)

        return Check(capability, needs, probe)
