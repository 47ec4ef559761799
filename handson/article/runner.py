# SPDX-License-Identifier: Apache-2.0
"""Runs the hands-on's commands in a real shell inside the VPC, one step after the other."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import jmespath

from cloudmap_harness.errors import HarnessError, describe_exit
from cloudmap_harness.terraform.process import Child, Completed, ProcessTimeout, run_all
from cloudmap_harness.waiting import wait_for
from handson.article.step import Step
from handson.endpoint_lookup import LocalEndpoint
from handson.project import BIN
from handson.vpc_shell import vpc_environment

TEMPLATES = Path(__file__).parent
COMMAND_SECONDS = 60.0
STEP_SECONDS = 120.0
INTERVAL_SECONDS = 0.3


class CommandFailed(HarnessError):
    """A command of the article failed or took too long."""

    def __init__(self, command: str, completed: Completed) -> None:
        words = completed.err.strip() or completed.out.strip()
        super().__init__(f"{describe_exit(completed.code)} from: {command}\n{words}")


@dataclass(frozen=True)
class _CommandRun:
    """A command that was run once."""

    command: str
    completed: Completed

    def __str__(self) -> str:
        return self.command


@dataclass(frozen=True)
class Outcome:
    """The result of a step."""

    command: str
    """The command that was run, with ids."""
    output: str
    """The output of the last run."""
    replies: tuple[Any, ...]
    """The reply of each run that succeeded: JSON as values, or text."""

    @property
    def reply(self) -> Any:
        return self.replies[-1]


class Session:
    """A shell in `folder`, where the JSON files are written; it remembers what the steps keep."""

    def __init__(
        self,
        folder: Path,
        endpoint: LocalEndpoint,
        region: str,
        environ: Mapping[str, str],
        kept: Mapping[str, Any],
    ) -> None:
        self.kept = dict(kept)
        self._folder = folder
        # The pinned AWS CLI, whatever else there is.
        path = os.pathsep.join([str(BIN), environ.get("PATH", os.defpath)])
        self._environ = vpc_environment(endpoint, environ, region) | {"PATH": path}

    def command(self, step: Step) -> str:
        """Returns the step's command with the ids that earlier steps kept."""
        return Template(step.command).substitute(self.kept)

    def file(self, step: Step) -> str:
        """Returns the text of the step's file with its ids; empty when the step has none."""
        text = (TEMPLATES / step.file).read_text("utf-8") if step.file else ""
        return Template(text).substitute(self.kept)

    def run(self, step: Step) -> Outcome:
        """Runs the step. Raises CommandFailed, and WaitTimeout without the expected reply."""
        command = self.command(step)
        if step.file:
            (self._folder / step.file).write_text(self.file(step), "utf-8")
        replies: list[Any] = []

        def run_once() -> _CommandRun:
            completed = self._shell(command)
            too_early = any(f"({code})" in completed.err for code in step.again_on)
            if completed.code and not too_early:
                raise CommandFailed(command, completed)
            if not completed.code:
                replies.append(_parsed(completed.out))
            return _CommandRun(command, completed)

        def problems(ran: _CommandRun) -> list[str]:
            if ran.completed.code:
                return [ran.completed.err.strip()]
            if step.until is None or step.until(replies, self.kept):
                return []
            return ran.completed.out.strip().splitlines()

        ran = wait_for(
            run_once, problems, expected=step.shows, timeout=STEP_SECONDS, interval=INTERVAL_SECONDS
        )
        for name, expression in step.keeps.items():
            self.kept[name] = jmespath.search(expression, replies[-1])
        return Outcome(command, ran.completed.out, tuple(replies))

    def _shell(self, command: str) -> Completed:
        def start() -> Child:
            return Child(["/bin/sh", "-c", command], cwd=self._folder, env=self._environ)

        try:
            [completed] = run_all([start], COMMAND_SECONDS)
        except ProcessTimeout as late:
            raise CommandFailed(command, late.completed) from late
        return completed


def _parsed(output: str) -> Any:
    try:
        return json.loads(output)
    except ValueError:
        return output
