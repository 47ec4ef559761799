# SPDX-License-Identifier: Apache-2.0
"""`make check-target`: which links of the chain a target has, before anything is deployed there."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.tags import PROJECT
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.vpc_lookup import VpcNotFound, VpcSelector, address_shortage, find_vpc
from cloudmap_harness.discovery.probes import tasks
from cloudmap_harness.errors import AwsError, HarnessError, TargetError
from cloudmap_harness.preflight.aws_account import check_account
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.endpoint import check_endpoint
from cloudmap_harness.preflight.results import PreflightReport, Verdict
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from handson.context import CONVERGENCE, confirmed_environment, settings_with, vpc_client_of
from handson.health import EndpointError
from handson.local_endpoint import ensure_endpoint
from stacks.errors import SettingsError
from stacks.settings import Settings

_MAKE_VPC = "`make vpc TARGET=localstack` makes the VPC that the stacks look up"
_STYLES = {
    Verdict.HOLDS: "green",
    Verdict.MISSING: "bold red",
    Verdict.NOT_CHECKED: "yellow",
}


def selector_of(settings: Settings) -> VpcSelector:
    """Returns how the settings name the VPC and its private subnets."""
    return VpcSelector(
        vpc_id=settings.vpc_id,
        vpc_name=settings.vpc_name,
        subnet_ids=settings.private_subnet_ids,
        subnet_tag=settings.private_subnet_tag,
    )


def require_addresses(aws: AwsClients, settings: Settings) -> None:
    """Raises HarnessError when the private subnets have too few addresses for the desired count.

    The tasks that the service has already keep theirs. A VPC that does not fit is left to
    Terraform's postconditions, which say what is wrong with it.
    """
    try:
        network = find_vpc(aws, selector_of(settings))
    except VpcNotFound:
        return
    shortage = address_shortage(network, settings.desired_count - _task_count(aws, settings))
    if shortage:
        raise HarnessError(f"DESIRED={settings.desired_count}: {shortage}; ask for fewer tasks")


def _task_count(aws: AwsClients, settings: Settings) -> int:
    try:
        return len(tasks(aws, settings.cluster, settings.ecs_service))
    except AwsError as error:
        if error.code in ("ClusterNotFoundException", "ServiceNotFoundException"):
            return 0
        raise


def report_of(target: Target, settings: Settings, aws: AwsClients) -> PreflightReport:
    """What that target has of the chain; on AWS by reading only. Raises EndpointError."""
    selector = selector_of(settings)
    place = f"{target} ({aws.endpoint or settings.region})"
    if target is Target.AWS:
        vcpus = settings.desired_count * settings.cpu / 1024
        return check_account(aws, place, selector, vcpus=vcpus)
    vpc_client = vpc_client_of(target, aws.endpoint)
    report = check_endpoint(
        aws,
        place,
        selector,
        project=PROJECT,
        vpc_client=vpc_client,
        task_timeout=CONVERGENCE[target],
    )
    if Capability.VPC in {result.capability for result in report.missing}:
        return replace(report, notes=(_MAKE_VPC, *report.notes))
    return report


def show(console: Console, report: PreflightReport) -> None:
    """Print the links with their verdicts, and what to do besides."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("link")
    table.add_column("", no_wrap=True)
    table.add_column("seen", overflow="fold")
    for result in report.results:
        verdict = Text(result.verdict, _STYLES[result.verdict])
        table.add_row(Text(result.capability), verdict, Text(result.detail))
    title = f"{report.place}: {report.endpoint_name}"
    console.print(title, "", sep="\n", markup=False, highlight=False, soft_wrap=True)
    console.print(table)
    for note in report.notes:
        console.print(f"  {note}", markup=False, highlight=False)


def main(arguments: Sequence[str]) -> int:
    """0: every link that could be checked holds; 1: one is missing; 2: wrong use."""
    parser = argparse.ArgumentParser(prog="check-target", description=__doc__)
    parser.add_argument("--target", default="local", help=" or ".join(Target))
    options = parser.parse_args(arguments)
    try:
        with interruptible():
            target = Target.parse(options.target)
            settings = settings_with(None, os.environ)
            endpoint = ensure_endpoint(target, os.environ)
            region = settings.region
            child = confirmed_environment(target, os.environ, endpoint=endpoint, region=region)
            report = report_of(target, settings, AwsClients(child))
            show(Console(), report)
    except (SettingsError, TargetError) as error:
        print(error, file=sys.stderr)
        return 2
    except (EndpointError, HarnessError) as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted as signal:
        return signal.exit_code
    return 1 if report.missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
