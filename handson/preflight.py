# SPDX-License-Identifier: Apache-2.0
"""`make check-target`: which capabilities a target has, before anything is deployed there."""

from dataclasses import replace

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.vpc_lookup import VpcNotFound, address_shortage, find_vpc
from cloudmap_harness.discovery.probes import tasks
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.aws_account import check_account
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.endpoint import check_endpoint
from cloudmap_harness.preflight.results import PreflightReport, Verdict
from handson.context import Context
from handson.errors import HandsonError
from handson.project import CONVERGENCE_TIMEOUT
from handson.variables import Variables
from stacks.settings import PROJECT

_MAKE_VPC = "`make vpc TARGET=localstack` makes the VPC that the stacks look up"
_STYLES = {
    Verdict.HOLDS: "green",
    Verdict.MISSING: "bold red",
    Verdict.NOT_CHECKED: "yellow",
}


def check_target(variables: Variables) -> int:
    """Shows which capabilities a target has; ends with 1 when one is missing."""
    report = preflight_report(Context.reach(variables, variables.settings()))
    show(Console(), report)
    return 1 if report.missing else 0


def require_capabilities(context: Context) -> None:
    """Raises an error, before Terraform starts, when the target cannot take the deployment.

    The embedded endpoint has every capability; of it only the free addresses are asked.
    """
    if context.target is not Target.LOCAL:
        preflight_report(context).require()
    require_addresses(context)


def require_addresses(context: Context) -> None:
    """Raises HandsonError when the private subnets have too few addresses for the desired count.

    The tasks that the service has already keep theirs. A VPC that does not fit is left to
    Terraform's postconditions, which say what is wrong with it.
    """
    try:
        network = find_vpc(context.aws, context.vpc_selector)
    except VpcNotFound:
        return
    desired = context.settings.desired_count
    shortage = address_shortage(network, desired - _task_count(context))
    if shortage:
        raise HandsonError(f"DESIRED={desired}: {shortage}; ask for fewer tasks")


def _task_count(context: Context) -> int:
    try:
        return len(tasks(context.aws, context.settings.cluster, context.settings.ecs_service))
    except AwsError as error:
        if error.code in ("ClusterNotFoundException", "ServiceNotFoundException"):
            return 0
        raise


def preflight_report(context: Context) -> PreflightReport:
    """Returns which capabilities the target has; on AWS by reading only.

    Raises EndpointError.
    """
    if context.target is Target.AWS:
        vcpus = context.settings.desired_count * context.settings.cpu / 1024
        return check_account(context.aws, context.place, context.vpc_selector, vcpus=vcpus)
    report = check_endpoint(
        context.aws,
        context.place,
        context.vpc_selector,
        project=PROJECT,
        vpc_client=context.vpc_client(),
        task_timeout=CONVERGENCE_TIMEOUT[context.target],
    )
    if Capability.VPC in {result.capability for result in report.missing}:
        return replace(report, notes=(_MAKE_VPC, *report.notes))
    return report


def show(console: Console, report: PreflightReport) -> None:
    """Prints the capabilities with their verdicts, and what to do besides."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("capability")
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
