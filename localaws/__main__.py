# SPDX-License-Identifier: Apache-2.0
"""`localaws`: serves the endpoint in the foreground; `fault` and `vpcs` ask one that runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata

USAGE = """usage: localaws                 serve the AWS API on 127.0.0.1 until Ctrl-C
       localaws vpcs [--json]   the VPCs of one that runs, with their resolvers and bastions
       localaws --version
       localaws fault --help    begin, list and end faults of one that runs

Settings are environment variables: LOCALAWS_PORT (4566), LOCALAWS_REGION (ap-northeast-1),
LOCALAWS_DNS_PORT, LOCALAWS_BASTION_PORT, LOCALAWS_TLS, LOCALAWS_STATE, LOCALAWS_KEEP and others;
a name that is none is refused with a list of all.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code of the command; 2 for a command that does not exist."""
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    if not given:
        # Only here: to import the endpoint takes half a second.
        from localaws.foreground import serve

        return serve()
    if given in (["--help"], ["-h"]):
        sys.stdout.write(USAGE)
        return 0
    if given == ["--version"]:
        sys.stdout.write(f"localaws of cloudmap-handson {_version()}\n")
        return 0
    command = COMMANDS.get(given[0])
    if command is None:
        sys.stderr.write(USAGE)
        return 2
    return command(given[1:])


def _version() -> str:
    try:
        return metadata.version("cloudmap-handson")
    except metadata.PackageNotFoundError:
        return "from a checkout"


def _fault(arguments: list[str]) -> int:
    from localaws.faults.command import fault

    return fault(arguments)


def _vpcs(arguments: list[str]) -> int:
    from localaws.vpcs_command import vpcs

    return vpcs(arguments)


COMMANDS: Mapping[str, Callable[[list[str]], int]] = {"fault": _fault, "vpcs": _vpcs}
"""The commands for an endpoint that runs, by name."""


if __name__ == "__main__":
    sys.exit(main())
