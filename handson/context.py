# SPDX-License-Identifier: Apache-2.0
"""A command's target, reached: its endpoint runs, or the AWS account is confirmed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment, localstack_endpoint
from cloudmap_harness.aws.vpc_choice import choose_vpc
from cloudmap_harness.aws.vpc_lookup import VpcSelector
from cloudmap_harness.discovery.observation import ObservedRecord
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import TargetError, VpcNotChosen
from cloudmap_harness.terraform.environment import terraform_environment
from handson.account import confirmed_variables
from handson.endpoint_lookup import find_running_at
from handson.local_endpoint import start_if_needed
from handson.project import CLI_CONFIGURATION
from handson.variables import Variables
from stacks.settings import Settings


@dataclass(frozen=True)
class Context:
    """A target that answers, and the settings with which this command looks at it."""

    target: Target
    settings: Settings
    environment: Mapping[str, str]
    """For Terraform and every other child process."""
    aws: AwsClients

    @classmethod
    def reach(
        cls, variables: Variables, settings: Settings, *, endpoint: str | None = None
    ) -> Self:
        """Starts the local endpoint, or has the AWS account confirmed, if the target needs that.

        `endpoint` is the URL of a live run's own endpoint, which runs already. Raises UsageError,
        TargetError, EndpointError and AwsError.
        """
        target = variables.target
        url = endpoint or ensure_endpoint(variables)
        child = child_environment(target, variables.environ, endpoint=url, region=settings.region)
        if target is Target.AWS:
            child |= confirmed_variables(AwsClients(child), variables)
        environment = terraform_environment(child, cli_configuration=CLI_CONFIGURATION)
        return cls(target, settings, environment, AwsClients(environment))

    @property
    def place(self) -> str:
        """The target and where it is, for people: `local (http://127.0.0.1:4566)`."""
        return f"{self.target} ({self.aws.endpoint or self.settings.region})"

    @property
    def vpc_selector(self) -> VpcSelector:
        """How the settings name the VPC and its private subnets."""
        return VpcSelector(
            vpc_id=self.settings.vpc_id,
            vpc_name=self.settings.vpc_name,
            subnet_ids=self.settings.private_subnet_ids,
            subnet_tag=self.settings.private_subnet_tag,
        )

    def vpc_client(self) -> VpcClient | None:
        """Returns the resolver and proxy inside the settings' VPC; None where a target has none.

        Only the embedded endpoint has them; those of its own VPC as long as that of the settings
        has neither a zone nor a task. Raises EndpointError when it does not answer.
        """
        if self.target is not Target.LOCAL or self.aws.endpoint is None:
            return None
        found = find_running_at(self.aws.endpoint)
        wanted = self.settings.vpc_id or self.settings.vpc_name
        try:
            inside = choose_vpc(found.vpcs, wanted, region=self.settings.region)
        except VpcNotChosen:
            return VpcClient.at(found.dns, found.bastion)
        return VpcClient.at(inside.dns, inside.bastion)


def ensure_endpoint(variables: Variables) -> str | None:
    """Returns the URL of the target's endpoint, None for AWS; starts the local one if needed.

    ENDPOINT names another endpoint than LocalStack's usual one and goes with no other target.
    Raises EndpointError and TargetError.
    """
    target, named = variables.target, variables.given("ENDPOINT")
    if target is Target.LOCALSTACK:
        return named or localstack_endpoint()
    if named:
        raise TargetError("ENDPOINT", named, f"none with TARGET={target}, only with localstack")
    return start_if_needed(variables.environ) if target is Target.LOCAL else None


def vpc_expectation_of(settings: Settings, records: Iterable[ObservedRecord]) -> VpcExpectation:
    """Returns what DNS and HTTP must answer in the VPC for the records that were observed.

    The page is known for the httpd image only.
    """
    image = settings.image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return VpcExpectation(
        name=f"{settings.service}.{settings.namespace}",
        addresses=tuple(record.address for record in records),
        ttl=settings.dns_ttl,
        port=settings.port,
        page_text="It works!" if image == "httpd" else "",
    )
