# SPDX-License-Identifier: Apache-2.0
"""Deploy, scale, show and destroy this checkout's deployment by Terraform directly.

On the same folder and states as the CDKTF CLI: what one began the other can end.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target
from cloudmap_harness.discovery.convergence import (
    NO_ADDRESS,
    Convergence,
    addresses_by_layer,
    convergence_of,
    wait_until_converged,
)
from cloudmap_harness.discovery.probes import Observation, observe
from cloudmap_harness.discovery.service import DiscoverableService
from cloudmap_harness.errors import AwsError, HarnessError, TargetError
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from handson.context import (
    CHECKOUT,
    CONVERGENCE,
    INTERVAL,
    SYNTHESIS,
    confirmed_environment,
    settings_with,
    vpc_client_of,
    vpc_expectation_of,
)
from handson.health import EndpointError
from handson.local_endpoint import ensure_endpoint
from handson.preflight import report_of, require_addresses
from handson.stack_outputs import COUNTED, NotDeployed, count_variable, service_of
from handson.status_table import show
from stacks.errors import SettingsError
from stacks.settings import Settings

_GONE = {
    "ClusterNotFoundException",
    "InvalidSubnetID.NotFound",
    "NoSuchHostedZone",
    "ServiceNotFound",
    "ServiceNotFoundException",
}


@dataclass(frozen=True)
class Site:
    """This checkout's deployment at a target that answers."""

    target: Target
    settings: Settings
    deployment: Deployment
    aws: AwsClients

    @classmethod
    def reach(cls, target: Target, settings: Settings, environ: Mapping[str, str]) -> "Site":
        """Bring the local endpoint up if that is the target. Raises EndpointError, TargetError."""
        endpoint = ensure_endpoint(target, environ)
        child = confirmed_environment(target, environ, endpoint=endpoint, region=settings.region)
        return cls(target, settings, _deployment(child), AwsClients(child))

    @property
    def title(self) -> str:
        """The name that resolves, and where."""
        name = f"{self.settings.service}.{self.settings.namespace}"
        return f"{name} on {self.target} ({self.aws.endpoint or self.settings.region})"

    def deployed(self) -> tuple[DiscoverableService, Convergence]:
        """What is applied, and what must hold of it. Raises HarnessError when that is not all."""
        try:
            deployed = service_of(self.deployment.output())
        except NotDeployed as error:
            raise HarnessError(f"{error}; `make deploy` goes on from there") from error
        ttl = self.settings.dns_ttl
        return deployed, convergence_of(self.aws, deployed, desired=deployed.desired, ttl=ttl)


def deploy(site: Site) -> int:
    """Apply every stack, where the target has what that takes, and wait until the layers agree."""
    if site.target is not Target.LOCAL:
        report_of(site.target, site.settings, site.aws).require()
    require_addresses(site.aws, site.settings)
    site.deployment.deploy(count_variable(site.settings.desired_count))
    return _settle(site)


def scale(site: Site) -> int:
    """Apply another count to what is deployed, and wait until the layers agree."""
    site.deployed()
    require_addresses(site.aws, site.settings)
    site.deployment.deploy(count_variable(site.settings.desired_count), only=COUNTED)
    return _settle(site)


def status(site: Site) -> int:
    """Show the layers as they are now: 0 only when they agree."""
    try:
        deployed, check = site.deployed()
        seen = observe(site.aws, deployed)
    except AwsError as error:
        if error.code not in _GONE:
            raise
        raise HarnessError(
            f"Terraform's state has a deployment that {site.target} does not have ({error});"
            " `make deploy` makes it anew, `make destroy` clears the state"
        ) from error
    return 0 if _show(site, check, seen) else 1


def destroy(site: Site) -> int:
    """Destroy every stack that holds anything."""
    site.deployment.destroy()
    print("destroyed")
    return 0


VERBS: dict[str, Callable[[Site], int]] = {
    "deploy": deploy,
    "scale": scale,
    "status": status,
    "destroy": destroy,
}


def main(arguments: Sequence[str]) -> int:
    """0: done (status: converged); 1: failed; 2: wrong use; 128 and more: a signal."""
    options = _parser().parse_args(arguments)
    if options.verb == "scale" and options.desired is None:
        return _say("scale needs the number of tasks: make scale DESIRED=n", 2)
    try:
        with interruptible():
            return _run(options)
    except (SettingsError, TargetError) as error:
        return _say(str(error), 2)
    except (EndpointError, HarnessError) as error:
        return _say(str(error), 1)
    except Interrupted as signal:
        kept = "".join(f"\n  {path}" for path in _deployment(os.environ).state_files())
        advice = "`make deploy` goes on, `make destroy` takes it down"
        return _say(f"{signal}: the state is kept; {advice}{kept}", signal.exit_code)


def _run(options: argparse.Namespace) -> int:
    target = Target.parse(options.target)
    settings = settings_with(options.desired, os.environ)
    deployment = _deployment(os.environ)
    if options.verb != "deploy":
        if not deployment.stacks():  # The states may be there all the same.
            deployment.synth()
        if deployment.is_empty():
            if options.verb == "destroy":
                print("nothing is deployed")
                return 0
            raise HarnessError("not deployed: `make deploy` does that")
    return VERBS[options.verb](Site.reach(target, settings, os.environ))


def _settle(site: Site) -> int:
    deployed, check = site.deployed()
    timeout, interval = CONVERGENCE[site.target], INTERVAL[site.target]
    seen = wait_until_converged(site.aws, deployed, check, timeout=timeout, interval=interval)
    return 0 if _show(site, check, seen) else 1


def _show(site: Site, check: Convergence, seen: Observation) -> bool:
    """Print the layers and, where we can look, what each address answers: is all well?"""
    console, problems, pages = Console(), check.problems(seen), None
    vpc_client = vpc_client_of(site.target, site.aws.endpoint)
    if vpc_client is not None:
        expectation = vpc_expectation_of(site.settings, seen)
        hosts = sorted(set().union(*addresses_by_layer(seen).values()) - {NO_ADDRESS})
        pages = dict(
            zip(hosts, vpc_client.fetch_all([*map(str, hosts)], expectation.port), strict=True)
        )
        problems += expectation.http_problems(pages.values())
    show(console, site.title, check.desired, seen, problems, pages)
    if vpc_client is None:
        console.print(f"HTTP: not looked at from inside the VPC on {site.target}")
    return not problems


def _deployment(environ: Mapping[str, str]) -> Deployment:
    """This checkout's, in CDKTF_OUTDIR."""
    folder = CHECKOUT / (environ.get("CDKTF_OUTDIR") or "cdktf.out")
    return Deployment(folder, environ, SYNTHESIS, echo=_echo)


def _echo(stack: str, line: str) -> None:
    """A line of Terraform's, at once: make and CI read a pipe."""
    if line:
        sys.stdout.write(f"{stack:>14} | {line}\n")
        sys.stdout.flush()


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deployment", description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        command = verbs.add_parser(name, help=verb.__doc__)
        command.add_argument("--target", default="local", help=" or ".join(Target))
        if name in ("deploy", "scale"):
            command.add_argument("--desired", help="the number of tasks (make: DESIRED=n)")
        else:
            command.set_defaults(desired=None)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
