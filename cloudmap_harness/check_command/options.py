# SPDX-License-Identifier: Apache-2.0
"""The options of `cloudmap-check`."""

import argparse

DESCRIPTION = """Looks at ECS services, their Cloud Map instances and Route 53 records.

It only reads. The endpoint or the AWS account is that of the environment: AWS_ENDPOINT_URL,
AWS_PROFILE, AWS_REGION and so on.
"""
MAX_WAIT = 86400.0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="cloudmap-check",
        description=DESCRIPTION,
        epilog="Exit codes: 0 every layer agrees, 1 something differs or AWS refuses, 2 wrong use.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--cluster", metavar="C", help="only services of this cluster")
    made.add_argument("--service", metavar="S", help="only services of this name")
    when = made.add_mutually_exclusive_group()
    when.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_seconds,
        default=0.0,
        help="look again until nothing differs, this long at most",
    )
    when.add_argument("--watch", action="store_true", help="show every change until Ctrl-C")
    made.add_argument("--json", action="store_true", help="print JSON, one object for each look")
    return made


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= MAX_WAIT:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r}: seconds from 0 to {MAX_WAIT:.0f} are wanted")
