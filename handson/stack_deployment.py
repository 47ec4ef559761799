# SPDX-License-Identifier: Apache-2.0
"""The three stacks at a target: deployed, scaled, observed and destroyed."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloudmap_harness.aws.listing.resource import ResourceNames
from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.convergence import wait_until_converged
from cloudmap_harness.discovery.look import check_service
from cloudmap_harness.discovery.problems import Problem
from cloudmap_harness.terraform.deployment import Deployment
from handson.context import Context
from handson.deployed_service import DeployedService
from handson.project import CHECKOUT, CONVERGENCE_TIMEOUT, POLL_INTERVAL, SYNTHESIS
from handson.stack_outputs import COUNTED, count_variable, service_of
from stacks.settings import Settings


@dataclass(frozen=True)
class StackDeployment:
    """The stacks' Terraform, and the target at which they are."""

    context: Context
    terraform: Deployment

    @property
    def title(self) -> str:
        """The name that resolves, and where."""
        settings = self.context.settings
        return f"{settings.service}.{settings.namespace} on {self.context.place}"

    def deploy(self, desired: int) -> None:
        """Writes the stacks and applies all of them. Raises HarnessError."""
        self.terraform.synth()
        self.apply(desired)

    def apply(self, desired: int) -> None:
        """Applies every stack as it is written. Raises HarnessError."""
        self.terraform.apply(count_variable(desired))

    def scale(self, desired: int) -> None:
        """Applies the stacks that the desired count changes, as written. Raises HarnessError."""
        self.terraform.apply(count_variable(desired), only=COUNTED)

    def check_plan_is_empty(self, desired: int) -> None:
        """Raises PlanNotEmpty when Terraform would change anything at that desired count."""
        self.terraform.check_plan_is_empty(count_variable(desired))

    def service(self) -> DeployedService:
        """Returns what is deployed. Raises NotDeployed."""
        return service_of(self.terraform.output())

    def check(self, service: DeployedService) -> ServiceCheck:
        """Checks the deployed service as it is now. Raises AwsError."""
        return check_service(
            self.context.aws, service.cluster, service.ecs_service, desired=service.desired
        )

    def expectations(self, service: DeployedService, check: ServiceCheck) -> list[Problem]:
        """Returns where the check has something else than the settings."""
        return [*service.expectations(check, ttl=self.context.settings.dns_ttl)]

    def wait_until_converged(
        self, service: DeployedService, *, timeout: float | None = None
    ) -> ServiceCheck:
        """Returns the first check in which the layers agree. Raises WaitTimeout.

        `timeout` in seconds stands in for that of the target.
        """
        target = self.context.target
        return wait_until_converged(
            self.context.aws,
            service.cluster,
            service.ecs_service,
            desired=service.desired,
            expectations=lambda check: self.expectations(service, check),
            timeout=CONVERGENCE_TIMEOUT[target] if timeout is None else timeout,
            interval=POLL_INTERVAL[target],
        )


def resource_names(settings: Settings) -> ResourceNames:
    """Returns what the stacks call their resources."""
    return ResourceNames(
        cluster=settings.cluster,
        ecs_service=settings.ecs_service,
        family=settings.family,
        namespace=settings.namespace,
        service=settings.service,
        security_group=settings.security_group,
    )


def terraform_of(
    environment: Mapping[str, str], provider: Callable[[], Mapping[str, str]] = dict
) -> Deployment:
    """Returns the Terraform of the stacks in CDKTF_OUTDIR, which writes each line to stdout.

    `provider` returns the variables that lead Terraform to a provider that runs already.
    """
    folder = CHECKOUT / (environment.get("CDKTF_OUTDIR") or "cdktf.out")
    return Deployment(folder, environment, SYNTHESIS, provider=provider, echo=_print_line)


def _print_line(stack: str, line: str) -> None:
    """Prints a line of Terraform's at once: make and CI read a pipe."""
    if line:
        sys.stdout.write(f"{stack:>14} | {line}\n")
        sys.stdout.flush()
