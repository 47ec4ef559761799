# SPDX-License-Identifier: Apache-2.0
"""The hands-on from end to end by the real Terraform: DESIRED says how far, TARGET where.

In a folder, and for the local target on an endpoint, of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from cloudmap_harness.aws.inventory import inventory_by_names
from cloudmap_harness.aws.listing.resource import Resource
from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import Interrupted
from cloudmap_harness.waiting import wait_for
from handson.context import Context, vpc_expectation_of
from handson.endpoint_lookup import find_running_at
from handson.errors import HandsonError
from handson.leaks import leaks
from handson.preflight import preflight_report, require_addresses
from handson.project import CONVERGENCE_TIMEOUT, POLL_INTERVAL
from handson.run_report import RunReport
from handson.stack_deployment import StackDeployment, resource_names
from tests.support.progress import Progress


@dataclass
class LiveDeployment:
    """The deployment under test, and the interfaces that its tasks have had."""

    stacks: StackDeployment
    vpc_client: VpcClient | None
    interfaces: set[str] = field(default_factory=set)
    observe: Callable[[ServiceCheck], object] = lambda check: None
    """Is told what was seen when the layers agreed."""

    @property
    def terraform(self) -> Deployment:
        return self.stacks.terraform

    @property
    def context(self) -> Context:
        return self.stacks.context

    def check(self, desired: int, steps: Progress) -> None:
        """The layers come to agree on `desired` addresses; then all is well inside the VPC too."""
        with steps(f"check {desired}"):
            seen = self._converged(desired)
        if self.vpc_client is not None:
            with (
                steps(f"resolve and fetch {desired}"),
                self.terraform.timings.measure("DNS and HTTP"),
            ):
                expectation = vpc_expectation_of(self.context.settings, seen.records)
                expectation.check(self.vpc_client)

    def _converged(self, desired: int) -> ServiceCheck:
        """Tasks, instances and records as they agree on `desired` addresses, one by one."""
        service = self.stacks.service()
        assert service.desired == desired
        with self.terraform.timings.measure("waiting"):
            seen = self.stacks.wait_until_converged(service)
        self.observe(seen)
        self.interfaces |= {task.network_interface or "" for task in seen.seen.tasks}
        return seen

    def tell_the_rest(self, steps: Progress) -> None:
        """What could not be looked at, and what the embedded endpoint needed."""
        if self.vpc_client is None:
            steps.say(f"DNS and HTTP: not checked from inside the VPC on {self.context.target}")
            return
        endpoint = find_running_at(self.context.aws.endpoint or "")
        steps.say(f"{'endpoint, peak memory':<22}  {endpoint.peak_memory / 2**20:6.0f} MiB")

    def leftovers(self) -> tuple[Resource, ...]:
        """What has the deployment's names, and the interfaces that its tasks had."""
        names = replace(
            resource_names(self.context.settings), network_interfaces=frozenset(self.interfaces)
        )
        inventory = inventory_by_names(self.context.aws, names)
        inventory.require_complete()
        return inventory.resources

    def left(self) -> list[str]:
        """What has the deployment's names, and what its tags."""
        tagged = leaks(self.context.aws, run=self.context.settings.deployment)
        return [*map(str, self.leftovers()), *map(str, tagged)]

    def check_nothing_is_left(self) -> None:
        """An interface goes a little after its task."""
        with self.terraform.timings.measure("waiting"):
            wait_for(
                self.left,
                lambda left: [f"left: {thing}" for thing in left],
                expected="nothing left",
                timeout=CONVERGENCE_TIMEOUT[self.context.target],
                interval=POLL_INTERVAL[self.context.target],
            )


@pytest.fixture
def live(
    deployment: Deployment, context: Context, steps: Progress, run_report: RunReport
) -> LiveDeployment:
    """A target that has every capability and is free.

    What is there already must not be deployed over, nor destroyed.
    """
    # The stacks are the same for every target, so that they can be written meanwhile.
    with told_plainly(), steps("check the target"), deployment.synthesizing():
        require_addresses(context)
        preflight_report(context).require()
    live = LiveDeployment(
        StackDeployment(context, deployment),
        context.vpc_client(),
        observe=run_report.recorder.observe,
    )
    taken = live.leftovers()
    if taken:
        there = "\n".join(f"  {thing}" for thing in taken)
        pytest.fail(
            f"{context.target} has resources of these names already; destroy or rename them:\n"
            f"{there}",
            pytrace=False,
        )
    return live


@contextmanager
def told_plainly() -> Iterator[None]:
    """An error of the harness fails the test in its own words, after those of one before it."""
    try:
        yield
    except (HarnessError, HandsonError) as error:
        words: list[str] = [str(error)]
        later: BaseException = error
        while (before := later.__context__) is not None:
            # What is suppressed was told by its successor.
            if isinstance(before, (HarnessError, HandsonError)) and not later.__suppress_context__:
                words.insert(0, str(before))
            later = before
        raise pytest.fail.Exception("\n\n".join(words), pytrace=False) from None


def take_down(deployment: Deployment, steps: Progress) -> None:
    """Destroy it. A Ctrl-C asks for what is being done; only another one leaves it undone."""
    try:
        with steps("destroy"):
            deployment.destroy()
    except Interrupted:
        with steps("destroy"):
            deployment.destroy()
        raise


def test_the_hands_on(
    live: LiveDeployment,
    kept: bool,
    steps: Progress,
    record_property: Callable[[str, object], None],
) -> None:
    """GIVEN an account with the article's VPC
    WHEN the stacks are deployed at one task, scaled to --desired, scaled to none and destroyed
    THEN at every step tasks, instances and A records agree, the name resolves and the addresses
    answer; a plan is empty, and nothing is left. With KEEP=1 it stays as it is at --desired.
    """
    terraform, desired = live.terraform, live.context.settings.desired_count
    try:
        with told_plainly():
            try:
                with steps("deploy at 1"):
                    live.stacks.apply(1)
                live.check(1, steps)
                with steps(f"scale to {desired}"):
                    live.stacks.scale(desired)
                live.check(desired, steps)
                with steps("plan is empty"):
                    live.stacks.check_plan_is_empty(desired)
                if not kept:
                    with steps("scale to 0"):
                        live.stacks.scale(0)
                    live.check(0, steps)
            finally:
                if not kept:
                    take_down(terraform, steps)
            if not kept:
                with steps("nothing is left"):
                    live.check_nothing_is_left()
    finally:
        steps.table(terraform.timings.seconds)
        live.tell_the_rest(steps)
        for kind, seconds in terraform.timings.seconds.items():
            record_property(f"seconds.{kind}", round(seconds, 1))  # For the JUnit XML.
