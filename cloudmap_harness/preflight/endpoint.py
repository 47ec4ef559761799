# SPDX-License-Identifier: Apache-2.0
"""Which links of the chain an endpoint has, seen by a tiny deployment that is always removed."""

import secrets

from cloudmap_harness.aws.account import get_caller
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import EndpointHealth, who_answers
from cloudmap_harness.aws.leftovers import ResourceNames, leftovers
from cloudmap_harness.aws.vpc_lookup import VpcNetwork, VpcSelector, find
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.cloud_map import CloudMapTrial
from cloudmap_harness.preflight.ecs import TasksTrial
from cloudmap_harness.preflight.results import (
    CapabilityResult,
    Missing,
    PreflightReport,
    Skipped,
    Verdict,
    probe,
)
from cloudmap_harness.preflight.vpc import create

LINKS = (
    "endpoint reachable",
    "identity",
    "VPC of the stacks",
    "namespace makes zone",
    "record set per instance",
    "ECS runs tasks",
    "ENIs in the subnet",
    "tasks registered",
    "records go on scale-in",
    "delete rules",
    "DNS",
    "HTTP",
)
"""In the order in which they are told."""


def check_endpoint(
    aws: AwsClients,
    place: str,
    selector: VpcSelector,
    *,
    vpc_client: VpcClient | None,
    patience: float,
) -> PreflightReport:
    """Try every link at the endpoint; what was made for it is removed. Raises nothing of AWS's.

    `inside` is a place in the wanted VPC; `patience` the seconds that a begun task may take.
    """
    try:
        emulator = who_answers(aws.endpoint or "")
    except AwsError as error:
        reason = CapabilityResult(LINKS[0], Verdict.MISSING, error.words)
        rest = (CapabilityResult(name, Verdict.NOT_CHECKED, "nobody answers") for name in LINKS[1:])
        return PreflightReport(place, "nobody", (reason, *rest))
    trial = _Trial(aws, selector, vpc_client, patience)
    trial.links.append(CapabilityResult(LINKS[0], Verdict.HOLDS, emulator.name))
    trial.run()
    links = tuple(sorted(trial.links, key=lambda link: LINKS.index(link.name)))
    return PreflightReport(place, emulator.name, links, (*_advice(emulator, links), *trial.notes))


def _advice(emulator: EndpointHealth, links: tuple[CapabilityResult, ...]) -> tuple[str, ...]:
    vpc = any(link.name == LINKS[2] and link.verdict is Verdict.MISSING for link in links)
    make = "`make vpc TARGET=localstack` makes the VPC that the stacks look up"
    return (*emulator.advice(), *([make] if vpc else []))


def trial_names() -> ResourceNames:
    """Names that nobody else has."""
    id_ = f"check-{secrets.token_hex(4)}"
    name = f"cloudmap-handson-{id_}"
    return ResourceNames(
        cluster=name,
        ecs_service=name,
        family=name,
        namespace=f"{id_}.internal",
        service="tasks",
        security_group=name,
        deployment=id_,
    )


class _Trial:
    """One go through all links."""

    def __init__(
        self, aws: AwsClients, selector: VpcSelector, vpc_client: VpcClient | None, patience: float
    ) -> None:
        self._aws = aws
        self._wanted = selector
        self._inside = vpc_client
        self._patience = patience
        self._names = trial_names()
        self._network: VpcNetwork | None = None
        self.links: list[CapabilityResult] = []
        self.notes: list[str] = []

    def run(self) -> None:
        cleanup = CleanupStack()
        with cleanup:
            self._try(cleanup)
        self.notes += cleanup.notes
        self._note_leftovers()

    def _try(self, cleanup: CleanupStack) -> None:
        names = self._names
        cloudmap = CloudMapTrial(self._aws, names, cleanup)
        tasks = TasksTrial(self._aws, names, cleanup, cloudmap=cloudmap, patience=self._patience)
        links = iter(LINKS[1:])
        steps = [
            lambda: self._identity(),
            lambda: self._vpc(cleanup),
            lambda: cloudmap.namespace_makes_a_zone(self._needed().vpc_id),
            cloudmap.one_record_set_each,
            lambda: tasks.tasks_run(self._needed()),
            lambda: tasks.tasks_have_addresses(self._needed()),
            tasks.tasks_are_registered,
        ]
        for step in steps:
            self.links.append(probe(next(links), step))
        scale_in, in_use, resolves, serves = links
        self.links += [
            probe(resolves, lambda: tasks.name_resolves(self._inside)),
            probe(serves, lambda: tasks.pages_are_served(self._inside)),
            probe(scale_in, tasks.records_go_on_scale_in),
            probe(in_use, cloudmap.deleting_is_refused),  # Last: it may be accepted.
        ]

    def _identity(self) -> str:
        who = get_caller(self._aws)
        return f"account {who.account}"

    def _vpc(self, cleanup: CleanupStack) -> str:
        """The wanted one; without it the trial goes on in one of its own."""
        try:
            self._network = find(self._aws, self._wanted)
        except Missing:
            self._inside = None  # It stands in the wanted one.
            self._network = create(self._aws, self._names.deployment, cleanup)
            raise
        return str(self._network)

    def _needed(self) -> VpcNetwork:
        if self._network is None:
            raise Skipped("there is no VPC")
        return self._network

    def _note_leftovers(self) -> None:
        try:
            left = leftovers(self._aws, self._names)
        except AwsError:
            return  # An endpoint that has no such service has nothing of it left.
        self.notes += [f"left behind: {thing}" for thing in left]
