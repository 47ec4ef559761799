# SPDX-License-Identifier: Apache-2.0
"""`make deploy`, `scale`, `status` and `destroy`: by Terraform directly.

They use the same folder and states as the CDKTF CLI: what one began the other can end. With
STATE=folder they mean the deployment of a live run.
"""

import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext

from rich.console import Console

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.discovery import table
from cloudmap_harness.discovery.check import ServiceCheck
from cloudmap_harness.discovery.ecs_services import NoSuchCluster, NoSuchService
from cloudmap_harness.discovery.observation import Address
from cloudmap_harness.discovery.problems import Kind, Problem
from cloudmap_harness.discovery.vpc_client import HttpReply
from cloudmap_harness.errors import AwsError
from cloudmap_harness.live_line import doing
from cloudmap_harness.terraform.signals import Interrupted
from handson import endpoint_lookup, local_endpoint
from handson.context import Context, vpc_expectation_of
from handson.deployed_service import DeployedService
from handson.errors import HandsonError, UsageError
from handson.gone_deployment import put_aside_if_gone
from handson.last_look import LastLook, SeenLook
from handson.live_run import LiveRun
from handson.preflight import require_addresses, require_capabilities
from handson.project import STATE
from handson.shared_provider import provider_for
from handson.stack_deployment import StackDeployment, terraform_of
from handson.stack_outputs import NotDeployed
from handson.variables import Variables

_GONE = {
    "ClusterNotFoundException",
    "InvalidSubnetID.NotFound",
    "NoSuchHostedZone",
    "ServiceNotFound",
}
"""Error codes of AWS for a deployment that only Terraform's state still has."""

Action = Callable[[StackDeployment], int]


def deploy(variables: Variables) -> int:
    """Applies every stack and waits until tasks, instances and records agree."""
    return _on_deployment(variables, _deploy, when_empty=None)


def scale(variables: Variables) -> int:
    """Changes the desired count of what is deployed and waits until the layers agree."""
    if variables.given("DESIRED") is None:
        raise UsageError("scale needs the number of tasks: make scale DESIRED=n")
    return _on_deployment(variables, _scale, when_empty=_refuse)


def status(variables: Variables) -> int:
    """Shows the layers as they are now; ends with 1 unless they agree."""
    return _on_deployment(variables, _status, when_empty=_refuse)


def destroy(variables: Variables) -> int:
    """Destroys every stack that holds anything; with STATE=folder the folder goes too."""
    folder = variables.state
    try:
        code = _on_deployment(variables, _destroy, when_empty=_nothing_to_destroy)
    except EndpointGone as error:
        print(error, file=sys.stderr)
        code = 0
    if folder is not None and code == 0:
        local_endpoint.down(folder)
        shutil.rmtree(folder)
    return code


class EndpointGone(HandsonError):
    """A live run's own endpoint does not run any more."""

    def __init__(self, run: LiveRun) -> None:
        super().__init__(f"the run's endpoint {run.endpoint} is gone, and all that was on it")


def _on_deployment(
    variables: Variables, action: Action, *, when_empty: Callable[[], int] | None
) -> int:
    """Acts on this checkout's deployment, or on that of the live run in STATE.

    `when_empty` decides what happens when no state holds anything; None is to act all the same.
    """
    endpoint = None
    if variables.state is not None:
        run = LiveRun.read(variables.state)
        if run.target is Target.LOCAL and not endpoint_lookup.answers(run.endpoint):
            raise EndpointGone(run)
        variables, endpoint = run.variables(variables, variables.state), run.endpoint
    settings = variables.settings()
    try:
        if when_empty is not None and _is_empty(variables):
            return when_empty()
        context = Context.reach(variables, settings, endpoint=endpoint)
        # Of the other actions none runs more than one Terraform command.
        several = action in (_deploy, _destroy)
        with provider_for(context) if several else nullcontext(dict) as provider:
            return action(StackDeployment(context, terraform_of(context.environment, provider)))
    except Interrupted as interrupted:
        files = "".join(f"\n  {path}" for path in terraform_of(variables.environ).state_files())
        advice = "`make deploy` continues, `make destroy` takes it down"
        interrupted.add_note(f"the state is kept; {advice}{files}")
        raise


def _is_empty(variables: Variables) -> bool:
    """Says whether no state holds anything; writes the stacks first if they are not there."""
    terraform = terraform_of(variables.environ)
    if not terraform.stacks():  # The states may be there all the same.
        terraform.synth()
    return terraform.is_empty()


def _refuse() -> int:
    raise HandsonError("not deployed: `make deploy` does that")


def _nothing_to_destroy() -> int:
    print("nothing is deployed")
    return 0


def _deploy(stacks: StackDeployment) -> int:
    require_capabilities(stacks.context)
    put_aside_if_gone(stacks)
    stacks.deploy(stacks.context.settings.desired_count)
    return _settle(stacks)


def _scale(stacks: StackDeployment) -> int:
    _deployed(stacks)
    require_addresses(stacks.context)
    stacks.scale(stacks.context.settings.desired_count)
    return _settle(stacks)


def _status(stacks: StackDeployment) -> int:
    try:
        service = _deployed(stacks)
        check = stacks.check(service)
    except (AwsError, NoSuchCluster, NoSuchService) as error:
        if isinstance(error, AwsError) and error.code not in _GONE:
            raise
        raise HandsonError(
            f"Terraform's state has a deployment that {stacks.context.target} does not have "
            f"({error}); `make deploy` makes it anew, `make destroy` clears the state"
        ) from error
    deployment = f"{stacks.context.target} {service.service_id} {stacks.terraform.folder}"
    return _show(stacks, service, check, LastLook(STATE / "last-look.json", deployment))


def _destroy(stacks: StackDeployment) -> int:
    stacks.terraform.destroy()
    print("destroyed")
    return 0


def _deployed(stacks: StackDeployment) -> DeployedService:
    """Returns what is deployed. Raises HandsonError for half of it."""
    try:
        return stacks.service()
    except NotDeployed as error:
        raise HandsonError(f"{error}; `make deploy` goes on from there") from error


def _settle(stacks: StackDeployment) -> int:
    service = _deployed(stacks)
    return _show(stacks, service, stacks.wait_until_converged(service))


def _show(
    stacks: StackDeployment,
    service: DeployedService,
    check: ServiceCheck,
    last: LastLook | None = None,
) -> int:
    """Prints the layers and, inside the VPC, what each address answers; 1 when one is wrong.

    What differs from the last look is marked, and this look is remembered in its place.
    """
    console = Console()
    pages, unanswered = _fetch(stacks.context, check)
    problems = [*stacks.expectations(service, check), *unanswered]
    now = SeenLook.of(check, problems)
    before = last.replace_by(now) if last else None
    former = before.figures if before else None
    table.show(console, stacks.title, check, problems, pages, former=former)
    for line in before.changes_until(now) if before else ():
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if pages is None:
        console.print(f"HTTP: not looked at from inside the VPC on {stacks.context.target}")
    return 1 if problems or check.problems else 0


def _fetch(
    context: Context, check: ServiceCheck
) -> tuple[dict[Address, HttpReply] | None, list[Problem]]:
    """Returns what each address answers inside the VPC, and what is wrong with that.

    The answers are None where a target has no way into its VPC.
    """
    client = context.vpc_client()
    if client is None:
        return None, []
    expectation = vpc_expectation_of(context.settings, check.records)
    hosts = check.addresses
    with doing("fetching the pages inside the VPC"):
        replies = client.fetch_all([*map(str, hosts)], expectation.port)
    problems = [Problem(Kind.PAGE, each) for each in expectation.http_problems(replies)]
    return dict(zip(hosts, replies, strict=True)), problems
