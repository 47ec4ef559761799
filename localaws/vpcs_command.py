# SPDX-License-Identifier: Apache-2.0
"""`localaws vpcs`: the VPCs of an endpoint that runs, and where one gets into them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

DEFAULT_ENDPOINT = "http://127.0.0.1:4566"
NAME_WIDTH = 24
"""The columns of a Name tag, which may have 256 letters: a line has 80 columns."""


def vpcs(arguments: list[str]) -> int:
    """Returns 0; 1 when the endpoint does not answer; argparse ends with 2."""
    asked = _parser().parse_args(arguments)
    endpoint = asked.endpoint or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT_ENDPOINT
    try:
        listed = _read(f"{endpoint.rstrip('/')}/_localstack/health")["vpcs"]
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
    parser.add_argument("--endpoint", help=f"AWS_ENDPOINT_URL, or {DEFAULT_ENDPOINT}")
    parser.add_argument("--json", action="store_true", help="as in the health page")
    return parser


def _read(url: str) -> Any:
    # Heeds no proxy variable: `make env` sets that of the bastion.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as reply:
        return json.load(reply)
