# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the harness: one base class, each error with its facts as attributes."""

import signal
from collections.abc import Sequence
from pathlib import Path

_MOST_LINES = 20  # Of what is amiss: a hundred dead addresses have one cause.


class HarnessError(Exception):
    """The base of every error that the harness raises on purpose; its text is fit for a user."""


class TargetError(HarnessError, ValueError):
    """A target, or the environment for it, that cannot be used: what, got, allowed."""

    def __init__(self, what: str, got: object, allowed: str) -> None:
        super().__init__(f"{what}: got {got!r}, allowed: {allowed}")
        self.what, self.got, self.allowed = what, got, allowed


class ToolMissing(HarnessError):
    """A program that the harness runs is not there."""

    def __init__(self, tool: str, advice: str) -> None:
        super().__init__(f"{tool}: no such program; {advice}")
        self.tool = tool


class SynthError(HarnessError):
    """The synthesis failed; the text is the program's own."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words or f"synthesis failed ({how_it_ended(code)}) without a word")
        self.code = code


class TerraformError(HarnessError):
    """A Terraform command that did not succeed, with Terraform's own words."""

    def __init__(self, stack: str, command: str, ended: str, words: str) -> None:
        super().__init__(f"terraform {command} of {stack} failed ({ended}):\n{words}")
        self.stack, self.command, self.ended, self.words = stack, command, ended, words


class PlanNotEmpty(HarnessError):
    """A stack whose plan, right after its apply, still wants changes."""

    def __init__(self, stack: str, words: str) -> None:
        super().__init__(f"the plan of {stack} is not empty after its apply:\n{words}")
        self.stack, self.words = stack, words


class DestroyError(HarnessError):
    """A destroy that left something; `state` names the files that know what."""

    def __init__(self, reason: str, state: Sequence[Path]) -> None:
        places = "\n".join(f"  {path}" for path in state)
        super().__init__(f"not destroyed; the state is kept in\n{places}\n{reason}")
        self.reason, self.state = reason, tuple(state)


def how_it_ended(code: int) -> str:
    """A child's exit code in words: `exit code 1`, `killed by SIGKILL`."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


class AwsError(HarnessError):
    """An AWS call that failed: the operation (or the endpoint), the error's code and its text."""

    def __init__(self, where: str, code: str, words: str, status: int | None = None) -> None:
        """`status` is the HTTP status of the reply; None when no reply came."""
        super().__init__(f"{where}: {code}: {words}")
        self.where, self.code, self.words, self.status = where, code, words, status


class NotDeployed(HarnessError):
    """A deployment was asked for facts that only an applied one has."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"not deployed: the stack {missing} has no outputs")
        self.missing = missing


class WaitTimeout(HarnessError):
    """A wait that was in vain: what was expected, what was last seen, what is amiss, since when."""

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
        """The same, with what the service itself said of late."""
        return WaitTimeout(self.expected, self.last_seen, self.problems, self.elapsed, events)


class VpcAccessFailed(HarnessError):
    """What does not hold inside the VPC, a line each, though tasks and records agree."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        shown = [f"  {line}" for line in problems[:_MOST_LINES]]
        if len(problems) > _MOST_LINES:
            shown.append(f"  and {len(problems) - _MOST_LINES} more")
        super().__init__("\n".join([f"{name}, seen from inside the VPC:", *shown]))
        self.name, self.problems = name, tuple(problems)
