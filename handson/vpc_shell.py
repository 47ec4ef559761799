# SPDX-License-Identifier: Apache-2.0
"""`eval "$(make -s env)"`: a shell that talks to the local endpoint from inside its VPC.

Prints shell and nothing else: no comments either, which an interactive zsh does not take.
"""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping

from cloudmap_harness.aws.targets import Target, child_environment
from handson.local_endpoint import LocalEndpoint, find_running
from handson.project import BIN
from handson.variables import Variables


def env(variables: Variables) -> int:
    """Prints the shell lines that put a shell inside the endpoint's VPC."""
    try:
        region = variables.settings().region
        endpoint = find_running(variables.environ)
    except Exception:
        print("false")  # So that `eval "$(make -s env)" && ...` ends here.
        raise
    child = with_aws_cli(vpc_environment(endpoint, variables.environ, region))
    print(*shell_lines(variables.environ, child), sep="\n")
    return 0


def vpc_environment(
    endpoint: LocalEndpoint, environ: Mapping[str, str], region: str
) -> dict[str, str]:
    """Returns the environment of a shell inside the VPC: AWS API, bastion, resolver's port."""
    child = child_environment(Target.LOCAL, environ, endpoint=endpoint.url, region=region)
    if endpoint.ca_bundle:
        child["AWS_CA_BUNDLE"] = endpoint.ca_bundle
    return child | {
        # Lower case only: curl takes no notice of HTTP_PROXY.
        "http_proxy": endpoint.bastion,
        "no_proxy": "127.0.0.1,localhost",
        "VPC_DNS_PORT": endpoint.dns.rpartition(":")[2],
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
