# SPDX-License-Identifier: Apache-2.0
"""`localaws vpcs`: the VPCs of an endpoint that runs, and where one gets into them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.running_endpoint import add_endpoint, endpoint_of, request

NAME_WIDTH = 24
"""The columns of a Name tag, which may have 256 letters: a line has 80 columns."""


def vpcs(arguments: list[str]) -> int:
    """Returns 0; 1 when the endpoint does not answer; argparse ends with 2."""
    asked = _parser().parse_args(arguments)
    endpoint = endpoint_of(asked)
    try:
        listed = request("GET", f"{endpoint.rstrip('/')}/_localstack/health")["vpcs"]
    except OSError as error:
        sys.stderr.write(f"localaws: {endpoint} does not answer: {error}\n")
        return 1
    except (LookupError, TypeError, ValueError):
        sys.stderr.write(f"localaws: what answers at {endpoint} lists no VPCs\n")
        return 1
    text = json.dumps(listed, indent=2) if asked.json else "\n".join(table(listed))
    sys.stdout.write(f"{text}\n")
    return 0


def table(vpcs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yields the lines of a table for people, two for a VPC, none longer than 80 columns."""
    if not vpcs:
        yield "none yet: a VPC is listed from its first private zone or task on"
        return
    yield _row("VPC", "NAME", "REGION", "ACCOUNT")
    yield _row("", "RESOLVER", "BASTION")
    for id_, vpc in vpcs.items():
        yield _row(id_, _short(vpc["name"] or "-"), vpc["region"], vpc["account"])
        yield _row("", vpc["dns"], vpc["bastion"])


def _row(id_: str, *cells: str) -> str:
    first, *rest = cells
    return "  ".join(
        [f"{id_:21}", f"{first:{NAME_WIDTH}}", *(f"{cell:14}" for cell in rest)]
    ).rstrip()


def _short(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localaws vpcs", description=__doc__)
    add_endpoint(parser)
    parser.add_argument("--json", action="store_true", help="as in the health page")
    return parser
