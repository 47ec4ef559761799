# SPDX-License-Identifier: Apache-2.0
"""`eval "$(make -s env)"`: a shell that talks to the local endpoint and stands inside its VPC.

Prints shell and nothing else: no comments either, which an interactive zsh does not take.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping

from cloudmap_harness.aws.targets import Target, child_environment
from handson.context import CHECKOUT, settings_with
from handson.health import EndpointError, Running
from handson.local_endpoint import running
from stacks.errors import SettingsError

BIN = CHECKOUT / ".venv" / "bin"


def vpc_environment(endpoint: Running, environ: Mapping[str, str], region: str) -> dict[str, str]:
    """The environment of a shell inside the VPC: the AWS API, the bastion, the resolver's port."""
    child = child_environment(Target.LOCAL, environ, endpoint=endpoint.url, region=region)
    return child | {
        # Lower case only: curl takes no notice of HTTP_PROXY.
        "http_proxy": endpoint.bastion,
        "no_proxy": "127.0.0.1,localhost",
        "VPC_DNS_PORT": endpoint.dns.rpartition(":")[2],
    }


def lines(environ: Mapping[str, str], child: Mapping[str, str]) -> Iterator[str]:
    """What turns the one environment into the other, for any POSIX shell."""
    gone = sorted(environ.keys() - child.keys())
    if gone:
        yield f"unset {' '.join(gone)}"
    for name, value in sorted(child.items()):
        if environ.get(name) != value:
            yield f"export {name}={shlex.quote(value)}"


def with_aws_cli(environ: Mapping[str, str]) -> dict[str, str]:
    """The same, with this checkout's `aws` on PATH where there is none."""
    path = environ.get("PATH", "")
    if shutil.which("aws", path=path):
        return dict(environ)
    return {**environ, "PATH": f"{path}{os.pathsep}{BIN}"}


def main() -> int:
    """0, or 1 with the reason on stderr and a `false` for the shell, so that `eval ... &&` ends."""
    try:
        region = settings_with(None, os.environ).region
        endpoint = running(os.environ)
    except (EndpointError, SettingsError) as error:
        print(f"localaws: {error}", file=sys.stderr)
        print("false")
        return 1
    print(*lines(os.environ, with_aws_cli(vpc_environment(endpoint, os.environ, region))), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
