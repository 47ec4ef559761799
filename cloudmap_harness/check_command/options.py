# SPDX-License-Identifier: Apache-2.0
"""The options of `cloudmap-check`."""

import argparse
from importlib import metadata

DESCRIPTION = """Looks at ECS services, their Cloud Map instances and Route 53 records.

It only reads. The endpoint or the AWS account is that of the environment: AWS_ENDPOINT_URL,
AWS_PROFILE, AWS_REGION and so on.
"""
MAX_WAIT = 86400.0


def parser() -> argparse.ArgumentParser:
    """Returns the parser; it ends the process with 2 for wrong use."""
    made = argparse.ArgumentParser(
        prog="cloudmap-check",
        description=DESCRIPTION,
        epilog="Exit codes: 0 every layer agrees, 1 something differs or AWS refuses, 2 wrong use.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--cluster", metavar="C", type=_name, help="only services of this cluster")
    made.add_argument("--service", metavar="S", type=_name, help="only services of this name")
    when = made.add_mutually_exclusive_group()
    when.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_seconds,
        default=0.0,
        help="look again until nothing differs; no look begins later than this",
    )
    when.add_argument("--watch", action="store_true", help="show every change until Ctrl-C")
    made.add_argument("--json", action="store_true", help="print JSON, one object for each look")
    version = f"cloudmap-check of cloudmap-handson {_version()}"
    made.add_argument("--version", action="version", version=version)
    return made


def _version() -> str:
    try:
        return metadata.version("cloudmap-handson")
    except metadata.PackageNotFoundError:
        return "from a checkout"


def _name(text: str) -> str:
    """A shell's empty variable is no name: it must not choose every service."""
    if text.strip():
        return text
    raise argparse.ArgumentTypeError(f"{text!r}: a name is wanted; leave the option out for all")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= MAX_WAIT:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r}: seconds from 0 to {MAX_WAIT:.0f} are wanted")
