# SPDX-License-Identifier: Apache-2.0
"""`eval "$(make -s env)"`: a shell that talks to the local endpoint from inside one of its VPCs.

Prints shell and nothing else: no comments either, which an interactive zsh does not take.
"""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping

from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_choice import VpcAddresses, choose_vpc
from cloudmap_harness.errors import VpcNotChosen
from handson.endpoint_lookup import LocalEndpoint
from handson.errors import UsageError
from handson.local_endpoint import find_running
from handson.project import BIN
from handson.variables import Variables
from localaws.default_network import VPC_NAME


def env(variables: Variables) -> int:
    """Prints the shell lines that put a shell inside a VPC of the endpoint, which VPC names."""
    try:
        region = variables.settings().region
        endpoint = find_running(variables.environ)
        inside = chosen_vpc(endpoint, variables.given("VPC"), region)
    except Exception:
        print("false")  # So that `eval "$(make -s env)" && ...` ends here.
        raise
    child = with_aws_cli(vpc_environment(endpoint, variables.environ, region, inside))
    print(*shell_lines(variables.environ, child), sep="\n")
    return 0


def chosen_vpc(endpoint: LocalEndpoint, wanted: str | None, region: str) -> VpcAddresses | None:
    """Returns the VPC of this id or Name; without one the article's, else the only one.

    None stands for the article's VPC of an endpoint that nobody has called yet, which lists none.
    The settings' region goes before others. Raises UsageError, which lists the VPCs.
    """
    if not endpoint.vpcs and wanted in (None, VPC_NAME):
        return None
    here_first = sorted(endpoint.vpcs, key=lambda vpc: vpc.region != region)
    try:
        return choose_vpc(here_first, wanted, preferred_name=VPC_NAME)
    except VpcNotChosen as error:
        raise UsageError(f"VPC: {error}") from error


def vpc_environment(
    endpoint: LocalEndpoint,
    environ: Mapping[str, str],
    region: str,
    inside: VpcAddresses | None = None,
) -> dict[str, str]:
    """Returns the environment of a shell inside a VPC: AWS API, bastion, resolver's port.

    In another VPC than the endpoint's own the shell is in that one's account and region too.
    """
    dns, bastion = endpoint.dns, endpoint.bastion
    if inside:
        dns, bastion, region = inside.dns, inside.bastion, inside.region
    child = child_environment(Target.LOCAL, environ, endpoint=endpoint.url, region=region)
    if endpoint.ca_bundle:
        child["AWS_CA_BUNDLE"] = endpoint.ca_bundle
    if inside and inside.dns != endpoint.dns:
        # An access key of twelve digits is the account's id, as in LocalStack.
        child["AWS_ACCESS_KEY_ID"] = inside.account
    return child | {
        # Lower case only: curl takes no notice of HTTP_PROXY.
        "http_proxy": bastion,
        "no_proxy": "127.0.0.1,localhost",
        "VPC_DNS_PORT": dns.rpartition(":")[2],
    }


def shell_lines(environ: Mapping[str, str], child: Mapping[str, str]) -> Iterator[str]:
    """Yields what turns the first environment into the second, for any POSIX shell."""
    gone = sorted(environ.keys() - child.keys())
    if gone:
        yield f"unset {' '.join(gone)}"
    for name, value in sorted(child.items()):
        if environ.get(name) != value:
            yield f"export {name}={shlex.quote(value)}"


def with_aws_cli(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment with this checkout's `aws` on PATH where there is none."""
    path = environ.get("PATH", "")
    if shutil.which("aws", path=path):
        return dict(environ)
    return {**environ, "PATH": f"{path}{os.pathsep}{BIN}"}
