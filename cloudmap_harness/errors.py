# SPDX-License-Identifier: Apache-2.0
"""The errors of the harness: one base class; each error has its facts as attributes.

Imports the standard library only.
"""

import signal
from collections.abc import Sequence
from pathlib import Path

_MAX_LINES = 20  # Of one list of problems: a hundred missing addresses have one cause.


class HarnessError(Exception):
    """The base of every error that the harness raises on purpose; its text is for a user."""


class TargetError(HarnessError, ValueError):
    """Raised for a target, or an environment for it, that cannot be used."""

    def __init__(self, what: str, got: object, allowed: str) -> None:
        super().__init__(f"{what}: got {got!r}, allowed: {allowed}")
        self.what, self.got, self.allowed = what, got, allowed


class ToolMissing(HarnessError):
    """Raised when a program that the harness runs is not installed."""

    def __init__(self, tool: str, advice: str) -> None:
        super().__init__(f"{tool}: no such program; {advice}")
        self.tool = tool


class SynthError(HarnessError):
    """Raised when the synthesis fails; the text is what the program wrote to stderr."""

    def __init__(self, code: int, stderr: str) -> None:
        nothing = f"the synthesis failed ({describe_exit(code)}) and wrote nothing to stderr"
        super().__init__(stderr or nothing)
        self.code = code


class UnknownStack(HarnessError):
    """Raised when a stack is named that the synthesis did not write."""

    def __init__(self, names: Sequence[str], stacks: Sequence[str]) -> None:
        super().__init__(
            f"no such stack: {', '.join(names)}; the synthesis wrote: {', '.join(stacks)}"
        )
        self.names, self.stacks = tuple(names), tuple(stacks)


class UnknownVariable(HarnessError):
    """Raised when a stack is given a Terraform variable that it does not have."""

    def __init__(self, stack: str, names: Sequence[str]) -> None:
        super().__init__(
            f"the stack {stack}, as it is written, has no variable {', '.join(names)}: "
            "another version may have written it; synthesize it anew"
        )
        self.stack, self.names = stack, tuple(names)


class TerraformError(HarnessError):
    """Raised when a Terraform command fails; the text ends with Terraform's own output."""

    def __init__(self, stack: str, command: str, outcome: str, output: str) -> None:
        super().__init__(f"terraform {command} of {stack} failed ({outcome}):\n{output}")
        self.stack, self.command, self.outcome, self.output = stack, command, outcome, output


class PlanNotEmpty(HarnessError):
    """Raised when the plan of a stack, right after its apply, still has changes."""

    def __init__(self, stack: str, plan: str) -> None:
        super().__init__(f"the plan of {stack} is not empty after its apply:\n{plan}")
        self.stack, self.plan = stack, plan


class DestroyError(HarnessError):
    """Raised when a destroy fails; `state` are the state files of what may be left."""

    def __init__(self, reason: str, state: Sequence[Path]) -> None:
        places = "\n".join(f"  {path}" for path in state)
        super().__init__(f"not destroyed; the state is kept in\n{places}\n{reason}")
        self.reason, self.state = reason, tuple(state)


class AwsError(HarnessError):
    """An AWS call that failed: the operation (or the endpoint), the error's code and its text."""

    def __init__(self, where: str, code: str, words: str, status: int | None = None) -> None:
        """`status` is the HTTP status of the reply; None when no reply came."""
        super().__init__(f"{where}: {code}: {words}")
        self.where, self.code, self.words, self.status = where, code, words, status


class VpcNotChosen(HarnessError):
    """Raised when no single VPC fits a choice; `vpcs` are those that there are to choose from."""

    def __init__(self, reason: str, vpcs: Sequence[object]) -> None:
        super().__init__(
            "\n".join([reason, *(f"  {line}" for line in abridge(list(map(str, vpcs))))])
        )
        self.reason, self.vpcs = reason, tuple(vpcs)


class WaitTimeout(HarnessError):
    """Raised when a wait times out, with the last reading and its problems.

    `events` are the latest events of the service that was waited for.
    """

    def __init__(
        self,
        expected: str,
        last_seen: object,
        problems: Sequence[str],
        elapsed: float,
        events: Sequence[str] = (),
    ) -> None:
        text = [f"after {elapsed:.0f} s expected {expected}, last seen {last_seen}:"]
        text += [f"  {line}" for line in problems]
        if events:
            text += ["the service's last events:", *(f"  {event}" for event in events)]
        super().__init__("\n".join(text))
        self.expected, self.last_seen, self.elapsed = expected, last_seen, elapsed
        self.problems, self.events = tuple(problems), tuple(events)

    def with_events(self, events: Sequence[str]) -> "WaitTimeout":
        """Returns the same error with the service's latest events."""
        return WaitTimeout(self.expected, self.last_seen, self.problems, self.elapsed, events)


class VpcAccessFailed(HarnessError):
    """Raised when DNS or HTTP inside the VPC is not as expected, with a line per problem."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        lines = [f"  {line}" for line in abridge(problems)]
        super().__init__("\n".join([f"{name}, seen from inside the VPC:", *lines]))
        self.name, self.problems = name, tuple(problems)


def describe_exit(code: int) -> str:
    """Returns a child's exit code in words: `exit code 1`, `killed by SIGKILL`."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def abridge(problems: Sequence[str]) -> list[str]:
    """Returns the first 20 problems and, when there are more, a line that counts the rest."""
    more = len(problems) - _MAX_LINES
    return [*problems[:_MAX_LINES], *([f"and {more} more"] if more > 0 else [])]
