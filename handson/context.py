# SPDX-License-Identifier: Apache-2.0
"""Where the parts meet: the settings' names, a target's environment and patience, the synthesis."""

import sys
from collections.abc import Mapping
from pathlib import Path

from cloudmap_harness.aws.leftovers import ResourceNames
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.probes import Observation
from cloudmap_harness.discovery.vpc_access import VpcExpectation
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.terraform.deployment import Synthesis
from cloudmap_harness.terraform.environment import terraform_environment
from handson.account import guarded
from handson.health import running_at
from stacks.errors import SettingsError
from stacks.settings import Settings, load_settings

CHECKOUT = Path(__file__).resolve().parent.parent
CLI_CONFIGURATION = CHECKOUT / ".state" / "terraform.rc"
"""Written by the set-up; it names the provider that the set-up installed."""
SYNTHESIS = Synthesis([sys.executable, str(CHECKOUT / "main.py")], CHECKOUT)

CONVERGENCE = {Target.LOCAL: 180.0, Target.LOCALSTACK: 300.0, Target.AWS: 900.0}
"""Seconds within which the layers have to agree; Fargate starts a task in about one minute."""
INTERVAL = {Target.LOCAL: 0.5, Target.LOCALSTACK: 2.0, Target.AWS: 5.0}

_COUNT = "HANDSON_DESIRED_COUNT"


def settings_with(desired: str | None, environ: Mapping[str, str]) -> Settings:
    """The settings, with DESIRED for their count when it is given. Raises SettingsError."""
    given = {} if desired is None else {_COUNT: desired}
    try:
        return load_settings(CHECKOUT / "handson.toml", {**environ, **given})
    except SettingsError as error:
        if desired is None:
            raise
        raise SettingsError(str(error).replace(f"{_COUNT}: desired_count", "DESIRED")) from None


def confirmed_environment(
    target: Target, environ: Mapping[str, str], *, endpoint: str | None, region: str
) -> dict[str, str]:
    """The environment in which Terraform and the AWS clients reach a target.

    Raises TargetError for what must not be reached from here.
    """
    child = guarded(target, child_environment(target, environ, endpoint=endpoint, region=region))
    return terraform_environment(child, cli_configuration=CLI_CONFIGURATION)


def vpc_client_of(target: Target, endpoint: str | None) -> VpcClient | None:
    """A place inside the target's VPC; None where we have none. Raises EndpointError."""
    if target is not Target.LOCAL or endpoint is None:
        return None
    found = running_at(endpoint)
    return VpcClient.at(found.dns, found.bastion)


def vpc_expectation_of(settings: Settings, seen: Observation) -> VpcExpectation:
    """What has to hold inside the VPC when these tasks run and these records are there."""
    image = settings.image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return VpcExpectation(
        name=f"{settings.service}.{settings.namespace}",
        addresses=tuple(record.address for record in seen.records),
        ttl=settings.dns_ttl,
        port=settings.port,
        page_text="It works!" if image == "httpd" else "",
    )


def names_of(settings: Settings) -> ResourceNames:
    """What the stacks call their resources."""
    return ResourceNames(
        cluster=settings.cluster,
        ecs_service=settings.ecs_service,
        family=settings.family,
        namespace=settings.namespace,
        service=settings.service,
        security_group=settings.security_group,
        deployment=settings.deployment,
    )
