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
from cloudmap_harness.preflight.results import CapabilityResult, PreflightReport, Verdict
from handson.context import Context
from handson.errors import HandsonError
from handson.project import CONVERGENCE_TIMEOUT
from handson.variables import Variables
from stacks.settings import PROJECT

_NO_VPC = {
    Target.LOCAL: "handson.toml and HANDSON_* say which VPC and which subnets it is",
    Target.LOCALSTACK: "`make vpc TARGET=localstack` makes the VPC that the stacks look up",
}
"""What to do where the VPC of the stacks is missing; AWS has a preflight of its own."""
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

    The free addresses are asked first, which takes a moment. The embedded endpoint has every other
    capability.
    """
    require_addresses(context)
    if context.target is not Target.LOCAL:
        preflight_report(context).require()


def require_addresses(context: Context) -> None:
    """Raises HandsonError when the private subnets have too few addresses for the desired count."""
    shortage = _address_shortage(context)
    if shortage:
        desired = context.settings.desired_count
        raise HandsonError(f"DESIRED={desired}: {shortage}; ask for fewer tasks")


def preflight_report(context: Context) -> PreflightReport:
    """Returns which capabilities the target has; on AWS by reading only.

    A VPC with too few free addresses for the desired count is missing. Raises EndpointError.
    """
    report = _account_report(context) if context.target is Target.AWS else _probe(context)
    if not any(
        r.capability is Capability.VPC and r.verdict is Verdict.HOLDS for r in report.results
    ):
        return report
    shortage = _address_shortage(context)
    if shortage is None:
        return report
    missing = CapabilityResult(Capability.VPC, Verdict.MISSING, shortage)
    results = (missing if r.capability is Capability.VPC else r for r in report.results)
    return replace(report, results=tuple(results))


def _account_report(context: Context) -> PreflightReport:
    vcpus = context.settings.desired_count * context.settings.cpu / 1024
    return check_account(context.aws, context.place, context.vpc_selector, vcpus=vcpus)


def _probe(context: Context) -> PreflightReport:
    report = check_endpoint(
        context.aws,
        context.place,
        context.vpc_selector,
        project=PROJECT,
        vpc_client=context.vpc_client,
        task_timeout=CONVERGENCE_TIMEOUT[context.target],
    )
    if Capability.VPC in {result.capability for result in report.missing}:
        return replace(report, notes=(_NO_VPC[context.target], *report.notes))
    return report


def _address_shortage(context: Context) -> str | None:
    """Returns why the subnets have too few addresses; the service's own tasks keep theirs.

    A VPC that does not fit is left to Terraform's postconditions, which say what is wrong with it.
    """
    try:
        network = find_vpc(context.aws, context.vpc_selector)
    except VpcNotFound:
        return None
    return address_shortage(network, context.settings.desired_count - _task_count(context))


def _task_count(context: Context) -> int:
    """Returns how many tasks the service has; 0 when it is not there or ECS does not answer.

    Why ECS does not answer is what the preflight reports.
    """
    try:
        return len(tasks(context.aws, context.settings.cluster, context.settings.ecs_service))
    except AwsError:
        return 0


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
