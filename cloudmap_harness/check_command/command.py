# SPDX-License-Identifier: Apache-2.0
"""Runs `cloudmap-check` with its options, from the clients to the exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.check_command.environment import clients_for
from cloudmap_harness.check_command.options import parser
from cloudmap_harness.check_command.output import JsonOutput, Output, TableOutput
from cloudmap_harness.check_command.progress import progress
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.discovery.look import look
from cloudmap_harness.errors import AwsError, HarnessError, TargetError, WaitTimeout
from cloudmap_harness.live_line import shown_on
from cloudmap_harness.passing_errors import may_pass
from cloudmap_harness.waiting import every, wait_for

INTERVAL = 1.0
"""Seconds between two looks at a local endpoint."""
AWS_INTERVAL = 5.0
"""Seconds between two looks on AWS, whose calls are limited and shared by the account."""

SUCCESS, DIFFERENCES, WRONG_USE = 0, 1, 2


def run(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every layer agrees, 1 when not or on an error of AWS, 2 for wrong use.

    Raises SystemExit for --help and a wrong option, KeyboardInterrupt, and OSError when the output
    cannot be written.
    """
    asked = parser().parse_args(arguments)
    try:
        aws = clients_for(os.environ)
        return _run(aws, asked)
    except TargetError as error:
        return _fail(WRONG_USE, error)
    except HarnessError as error:
        return _fail(DIFFERENCES, error)


def _run(aws: AwsClients, asked: argparse.Namespace) -> int:
    interval = INTERVAL if aws.endpoint else AWS_INTERVAL

    def read() -> Look:
        with progress(sys.stderr, aws) as tell:
            return look(aws, asked.cluster, asked.service, progress=tell)

    output = JsonOutput(aws) if asked.json else TableOutput(aws)
    with shown_on(sys.stderr):
        if asked.watch:
            return _watch(read, output, interval)
        return _wait(read, output, timeout=asked.wait, interval=interval)


def _wait(read: Callable[[], Look], output: Output, *, timeout: float, interval: float) -> int:
    """Looks until nothing differs or the time is over, and shows the last look."""
    try:
        seen = wait_for(
            read,
            lambda seen: [*map(str, seen.problems)],
            expected="every layer to agree",
            timeout=timeout,
            interval=interval,
        )
    except WaitTimeout as late:
        if not isinstance(late.last_seen, Look):
            raise
        seen = late.last_seen
    output.show(seen)
    return DIFFERENCES if seen.problems else SUCCESS


def _watch(read: Callable[[], Look], output: Output, interval: float) -> int:
    """Shows each look that differs from the one before it, until it is interrupted.

    An error that may pass is told once, however many looks have it, and so is its end.
    """
    before: Look | None = None
    told = ""
    for _ in every(interval):
        try:
            seen = read()
        except AwsError as error:
            if not may_pass(error):
                raise
            if str(error) != told:
                told = str(error)
                sys.stderr.write(f"cloudmap-check: {told}; trying again\n")
            continue
        if told:
            told = ""
            sys.stderr.write("cloudmap-check: the calls are answered again\n")
        if seen != before:
            output.show(seen, again=before is not None)
        before = seen
    return SUCCESS


def _fail(code: int, error: Exception) -> int:
    sys.stderr.write(f"cloudmap-check: {error}\n")
    return code
