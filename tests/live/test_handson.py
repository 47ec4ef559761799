# SPDX-License-Identifier: Apache-2.0
"""The hands-on from end to end by the real Terraform: --desired says how far, --target where.

In a folder, and for the local target on an endpoint, of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import leaks
from cloudmap_harness.aws.leftovers import Leftover, leftovers
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.discovery.convergence import convergence_of, wait_until_converged
from cloudmap_harness.discovery.probes import Observation
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import HarnessError
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import Interrupted
from cloudmap_harness.waiting import wait_for
from handson.context import CONVERGENCE, INTERVAL, names_of, vpc_client_of, vpc_expectation_of
from handson.health import Running, who_answers
from handson.preflight import report_of, require_addresses
from handson.stack_outputs import COUNTED, count_variable, service_of
from stacks.settings import Settings
from tests.progress import Steps


@dataclass
class Site:
    """The deployment under test, where it is, and what was seen of it."""

    deployment: Deployment
    aws: AwsClients
    settings: Settings
    target: Target
    vpc_client: VpcClient | None
    interfaces: set[str] = field(default_factory=set)

    def check(self, desired: int, steps: Steps) -> None:
        """The layers come to agree on `desired` addresses; then all is well inside the VPC too."""
        with steps(f"check {desired}"):
            seen = self._agreed(desired)
        if self.vpc_client is not None:
            with (
                steps(f"resolve and fetch {desired}"),
                self.deployment.timings.measure("DNS and HTTP"),
            ):
                vpc_expectation_of(self.settings, seen).check(self.vpc_client)

    def _agreed(self, desired: int) -> Observation:
        """Tasks, instances and records as they agree on `desired` addresses, one by one."""
        deployed = service_of(self.deployment.output())
        assert deployed.desired == desired
        check = convergence_of(self.aws, deployed, desired=desired, ttl=self.settings.dns_ttl)
        timeout, interval = CONVERGENCE[self.target], INTERVAL[self.target]
        with self.deployment.timings.measure("waiting"):
            seen = wait_until_converged(
                self.aws, deployed, check, timeout=timeout, interval=interval
            )
        self.interfaces |= {task.network_interface or "" for task in seen.tasks}
        return seen

    def tell_the_rest(self, steps: Steps) -> None:
        """What could not be looked at, and what the embedded endpoint needed."""
        if self.vpc_client is None:
            steps.say(f"DNS and HTTP: not checked from inside the VPC on {self.target}")
        endpoint = who_answers(self.aws.endpoint or "") if self.target is Target.LOCAL else None
        if isinstance(endpoint, Running):
            steps.say(f"{'endpoint, peak memory':<22}  {endpoint.peak_memory / 2**20:6.0f} MiB")

    def leftovers(self) -> tuple[Leftover, ...]:
        """What bears the deployment's names, and the interfaces that its tasks had."""
        names = replace(names_of(self.settings), network_interfaces=frozenset(self.interfaces))
        return leftovers(self.aws, names)

    def left(self) -> list[str]:
        """What bears the deployment's names, and what its tags."""
        tagged = leaks(self.aws, run=self.settings.deployment)
        return [*map(str, self.leftovers()), *(f"{leak.kind} {leak.id}" for leak in tagged)]

    def check_nothing_is_left(self) -> None:
        """An interface goes a little after its task."""
        with self.deployment.timings.measure("waiting"):
            wait_for(
                self.left,
                lambda left: [f"left: {thing}" for thing in left],
                expected="nothing left",
                timeout=CONVERGENCE[self.target],
                interval=INTERVAL[self.target],
            )


@pytest.fixture
def site(
    deployment: Deployment,
    environment: dict[str, str],
    settings: Settings,
    target: Target,
    steps: Steps,
) -> Site:
    """A target that has every link and is free.

    What is there already must not be deployed over, nor destroyed.
    """
    aws = AwsClients(environment)
    with told_plainly(), steps("check the target"):
        report_of(target, settings, aws).require()
        require_addresses(aws, settings)
    site = Site(deployment, aws, settings, target, vpc_client_of(target, aws.endpoint))
    taken = site.leftovers()
    if taken:
        there = "\n".join(f"  {thing}" for thing in taken)
        words = f"{target} has resources of these names already; destroy or rename them:\n{there}"
        pytest.fail(words, pytrace=False)
    return site


@contextmanager
def told_plainly() -> Iterator[None]:
    """An error of the harness fails the test in its own words, after those of one before it."""
    try:
        yield
    except HarnessError as error:
        words: list[str] = [str(error)]
        later: BaseException = error
        while (before := later.__context__) is not None:
            # What is suppressed was told by its successor.
            if isinstance(before, HarnessError) and not later.__suppress_context__:
                words.insert(0, str(before))
            later = before
        raise pytest.fail.Exception("\n\n".join(words), pytrace=False) from None


def take_down(deployment: Deployment, steps: Steps) -> None:
    """Destroy it. A Ctrl-C asks for what is being done; only another one leaves it undone."""
    try:
        with steps("destroy"):
            deployment.destroy()
    except Interrupted:
        with steps("destroy"):
            deployment.destroy()
        raise


def test_the_hands_on(
    site: Site, kept: bool, steps: Steps, record_property: Callable[[str, object], None]
) -> None:
    """GIVEN an account with the article's VPC
    WHEN the stacks are deployed at one task, scaled to --desired, scaled to none and destroyed
    THEN at every step tasks, instances and A records agree, the name resolves and the addresses
    answer; a plan is empty, and nothing is left. With KEEP=1 it stays as it is at --desired.
    """
    deployment, desired = site.deployment, site.settings.desired_count
    try:
        with told_plainly():
            try:
                with steps("deploy at 1"):
                    deployment.deploy(count_variable(1))
                site.check(1, steps)
                with steps(f"scale to {desired}"):
                    deployment.deploy(count_variable(desired), only=COUNTED)
                site.check(desired, steps)
                with steps("plan is empty"):
                    deployment.check_plan_is_empty()
                if not kept:
                    with steps("scale to 0"):
                        deployment.deploy(count_variable(0), only=COUNTED)
                    site.check(0, steps)
            finally:
                if not kept:
                    take_down(deployment, steps)
            if not kept:
                with steps("nothing is left"):
                    site.check_nothing_is_left()
    finally:
        steps.table(deployment.timings.seconds)
        site.tell_the_rest(steps)
        for kind, seconds in deployment.timings.seconds.items():
            record_property(f"seconds.{kind}", round(seconds, 1))  # For the JUnit XML.
