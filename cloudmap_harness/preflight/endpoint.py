# SPDX-License-Identifier: Apache-2.0
"""Which links of the chain an endpoint has, seen by a tiny deployment that is always removed."""

import secrets

from cloudmap_harness.aws.account import caller
from cloudmap_harness.aws.clients import Aws
from cloudmap_harness.aws.health import Emulator, who_answers
from cloudmap_harness.aws.leftovers import Names, leftovers
from cloudmap_harness.aws.vpc_lookup import Network, Wanted, find
from cloudmap_harness.cleanup import Undoing
from cloudmap_harness.discovery.vpc_client import Inside
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.cloud_map import CloudMapTrial
from cloudmap_harness.preflight.ecs import TasksTrial
from cloudmap_harness.preflight.results import Lacking, Link, Report, Unchecked, Verdict, look
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
    aws: Aws, place: str, wanted: Wanted, *, inside: Inside | None, patience: float
) -> Report:
    """Try every link at the endpoint; what was made for it is removed. Raises nothing of AWS's.

    `inside` is a place in the wanted VPC; `patience` the seconds that a begun task may take.
    """
    try:
        emulator = who_answers(aws.endpoint or "")
    except AwsError as error:
        reason = Link(LINKS[0], Verdict.MISSING, error.words)
        rest = (Link(name, Verdict.NOT_CHECKED, "nobody answers") for name in LINKS[1:])
        return Report(place, "nobody", (reason, *rest))
    trial = _Trial(aws, wanted, inside, patience)
    trial.links.append(Link(LINKS[0], Verdict.HOLDS, emulator.name))
    trial.run()
    links = tuple(sorted(trial.links, key=lambda link: LINKS.index(link.name)))
    return Report(place, emulator.name, links, (*_advice(emulator, links), *trial.notes))


def _advice(emulator: Emulator, links: tuple[Link, ...]) -> tuple[str, ...]:
    vpc = any(link.name == LINKS[2] and link.verdict is Verdict.MISSING for link in links)
    make = "`make vpc TARGET=localstack` makes the VPC that the stacks look up"
    return (*emulator.advice(), *([make] if vpc else []))


def trial_names() -> Names:
    """Names that nobody else has."""
    id_ = f"check-{secrets.token_hex(4)}"
    name = f"cloudmap-handson-{id_}"
    return Names(
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

    def __init__(self, aws: Aws, wanted: Wanted, inside: Inside | None, patience: float) -> None:
        self._aws = aws
        self._wanted = wanted
        self._inside = inside
        self._patience = patience
        self._names = trial_names()
        self._network: Network | None = None
        self.links: list[Link] = []
        self.notes: list[str] = []

    def run(self) -> None:
        undoing = Undoing()
        with undoing:
            self._try(undoing)
        self.notes += undoing.notes
        self._note_leftovers()

    def _try(self, undoing: Undoing) -> None:
        names = self._names
        cloudmap = CloudMapTrial(self._aws, names, undoing)
        tasks = TasksTrial(self._aws, names, undoing, cloudmap=cloudmap, patience=self._patience)
        links = iter(LINKS[1:])
        steps = [
            lambda: self._identity(),
            lambda: self._vpc(undoing),
            lambda: cloudmap.namespace_makes_a_zone(self._needed().vpc_id),
            cloudmap.one_record_set_each,
            lambda: tasks.tasks_run(self._needed()),
            lambda: tasks.tasks_have_addresses(self._needed()),
            tasks.tasks_are_registered,
        ]
        for step in steps:
            self.links.append(look(next(links), step))
        scale_in, in_use, resolves, serves = links
        self.links += [
            look(resolves, lambda: tasks.name_resolves(self._inside)),
            look(serves, lambda: tasks.pages_are_served(self._inside)),
            look(scale_in, tasks.records_go_on_scale_in),
            look(in_use, cloudmap.deleting_is_refused),  # Last: it may be accepted.
        ]

    def _identity(self) -> str:
        who = caller(self._aws)
        return f"account {who.account}"

    def _vpc(self, undoing: Undoing) -> str:
        """The wanted one; without it the trial goes on in one of its own."""
        try:
            self._network = find(self._aws, self._wanted)
        except Lacking:
            self._inside = None  # It stands in the wanted one.
            self._network = create(self._aws, self._names.deployment, undoing)
            raise
        return str(self._network)

    def _needed(self) -> Network:
        if self._network is None:
            raise Unchecked("there is no VPC")
        return self._network

    def _note_leftovers(self) -> None:
        try:
            left = leftovers(self._aws, self._names)
        except AwsError:
            return  # An endpoint that has no such service has nothing of it left.
        self.notes += [f"left behind: {thing}" for thing in left]
