# SPDX-License-Identifier: Apache-2.0
"""`localaws fault`: begins, lists and ends faults of an endpoint that runs."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
from typing import Any

from localaws.faults.task_faults import KINDS
from localaws.running_endpoint import add_endpoint, endpoint_of, request

CALLS = "calls fail, are late (--latency), or lose their connection (--drop)"


def fault(arguments: list[str]) -> int:
    """Returns 0; 1 when the endpoint does not answer or refuses; argparse ends with 2."""
    asked = _parser().parse_args(arguments)
    endpoint = endpoint_of(asked)
    url = f"{endpoint.rstrip('/')}/_localaws/faults"
    try:
        if asked.what == "list":
            faults = request("GET", url)
        elif asked.what == "end":
            faults = request("DELETE", url if asked.id == "all" else f"{url}/{asked.id}")
        else:
            faults = [request("POST", url, _fault(asked))]
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"localaws: {_reason(error)}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"localaws: {endpoint} does not answer: {error}\n")
        return 1
    lines = [f"{each['id']}  {each['sentence']}" for each in faults] or ["no fault is on"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localaws fault", description=__doc__)
    add_endpoint(parser)
    parsers = parser.add_subparsers(dest="what", required=True)
    parsers.add_parser("list", help="the faults that are on")
    parsers.add_parser("end", help="end one by its id, or all").add_argument("id")
    for kind, what in KINDS.items():
        task = parsers.add_parser(kind, help=what)
        for name in ("cluster", "service", "family", "image", "zone"):
            task.add_argument(f"--{name}", help="only tasks of this one")
        if kind == "crash":
            task.add_argument("--exit-code", dest="exitCode", type=int)
            task.add_argument("--after", type=float, help="seconds that a task runs before")
    call = parsers.add_parser("call", help=CALLS)
    for name in ("service", "region", "operation"):
        call.add_argument(f"--{name}", help="only calls of this one")
    call.add_argument("--probability", type=float, help="from 0 to 1")
    call.add_argument("--every", type=int, help="every so-manyth call")
    call.add_argument("--attempt", type=int, help="only this attempt of an SDK's, from 1 on")
    call.add_argument("--latency", type=float, help="milliseconds")
    call.add_argument(
        "--drop",
        action="store_true",
        default=None,
        help="carry the call out, and lose its reply",
    )
    call.add_argument("--status", type=int, help="of HTTP, 503 by default")
    call.add_argument("--code", help="AWS's error code, ServiceUnavailable by default")
    return parser


def _fault(asked: argparse.Namespace) -> dict[str, Any]:
    """The fault as the endpoint takes it."""
    given = {name: value for name, value in vars(asked).items() if value is not None}
    fault = {name: value for name, value in given.items() if name not in ("what", "endpoint")}
    error = {"statusCode": fault.pop("status", None), "code": fault.pop("code", None)}
    if error := {name: value for name, value in error.items() if value is not None}:
        fault["error"] = error
    return {"kind": asked.what, **fault}


def _reason(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["error"])
    except (ValueError, LookupError, TypeError):
        return f"{error.url} answered {error.code}: {text[:200]}"
