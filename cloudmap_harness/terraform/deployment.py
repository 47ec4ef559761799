# SPDX-License-Identifier: Apache-2.0
"""A deployment: a folder of stacks that CDKTF wrote and their states, driven in manifest order."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from cloudmap_harness.errors import (
    DestroyError,
    PlanNotEmpty,
    SynthError,
    TerraformError,
    UnknownStack,
)
from cloudmap_harness.terraform import driver as terraform
from cloudmap_harness.terraform.driver import Echo, Terraform
from cloudmap_harness.terraform.process import Child, ProcessTimeout, run_all
from cloudmap_harness.terraform.timings import Timings

SYNTH_TIMEOUT = 300.0


@dataclass(frozen=True)
class Synthesis:
    """The program that writes the stacks: its command line and the folder in which it runs."""

    argv: Sequence[str]
    cwd: Path


class Deployment:
    """Synthesizes into `folder` (CDKTF's outdir) and drives the stacks that its manifest names.

    `environment` says where to deploy. The stacks say where their states are.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        synthesis: Synthesis,
        *,
        echo: Echo | None = None,
        timings: Timings | None = None,
    ) -> None:
        self.folder = folder
        self.timings = timings or Timings()
        self._environment = dict(environment)
        self._synthesis = synthesis
        self._echo = echo

    def synth(self, variables: Mapping[str, str] | None = None) -> None:
        """Writes the stacks, with `variables` laid over the environment of the synthesis.

        Raises SynthError with what the program wrote to stderr.
        """
        environment = {
            **self._environment,
            **(variables or {}),
            "CDKTF_OUTDIR": str(self.folder),
        }
        program = self._synthesis

        def start() -> Child:
            return Child(program.argv, cwd=program.cwd, env=environment)

        with self.timings.measure("synth"):
            try:
                [completed] = run_all([start], SYNTH_TIMEOUT)
            except ProcessTimeout as late:
                reason = f"the synthesis was stopped after {late.timeout:.0f} s"
                raise SynthError(late.completed.code, reason) from late
        if completed.code != 0:
            raise SynthError(completed.code, completed.err.strip())

    def deploy(
        self, variables: Mapping[str, str] | None = None, *, only: Collection[str] = ()
    ) -> None:
        """Synthesizes every stack and applies all of them, or `only` the named ones, in order.

        Raises SynthError, TerraformError, and UnknownStack for a name that is not in the manifest.
        """
        self.synth(variables)
        stacks = self._selected(only)
        self._init(stacks)
        for stack in stacks:
            with self.timings.measure("apply"):
                stack.apply()

    def check_plan_is_empty(self) -> None:
        """Raises PlanNotEmpty when the plan of a stack has changes."""
        stacks = self.stacks()
        self._init(stacks)
        with self.timings.measure("plan"):
            changes = terraform.plan(stacks)
        for stack, text in changes.items():
            raise PlanNotEmpty(stack, text)

    def destroy(self) -> None:
        """Destroys every stack that was ever applied, dependants first.

        Raises DestroyError with the state files, which are kept, when Terraform fails.
        """
        stacks = [stack for stack in reversed(self.stacks()) if _has_state(stack)]
        try:
            self._init(stacks)
            for stack in stacks:
                with self.timings.measure("destroy"):
                    stack.destroy()
        except TerraformError as error:
            raise DestroyError(str(error), self.state_files()) from error

    def output(self) -> dict[str, dict[str, Any]]:
        """Returns the outputs by stack and name; {} for a stack that is not applied."""
        stacks = self.stacks()
        self._init(stacks)
        with self.timings.measure("output"):
            return terraform.output(stacks)

    def stacks(self) -> list[Terraform]:
        """Returns the stacks in the order of an apply; [] before the first synthesis."""
        manifest = self.folder / "manifest.json"
        if not manifest.is_file():
            return []
        stacks = json.loads(manifest.read_text("utf-8"))["stacks"]
        order = TopologicalSorter({name: stack["dependencies"] for name, stack in stacks.items()})
        return [
            Terraform(self.folder / stacks[name]["workingDirectory"], self._environment, self._echo)
            for name in order.static_order()
        ]

    def is_empty(self) -> bool:
        """Says whether no state holds anything, so that there is nothing to destroy."""
        return not any(_has_state(stack) for stack in self.stacks())

    def state_files(self) -> list[Path]:
        """Returns the local state files that exist, in the order of an apply."""
        files = [stack.state_file() for stack in self.stacks()]
        return [file for file in files if file is not None and file.is_file()]

    def _selected(self, names: Collection[str]) -> list[Terraform]:
        stacks = {stack.name: stack for stack in self.stacks()}
        unknown = sorted(set(names) - set(stacks))
        if unknown:
            raise UnknownStack(unknown, list(stacks))
        return [stack for name, stack in stacks.items() if not names or name in names]

    def _init(self, stacks: Sequence[Terraform]) -> None:
        with self.timings.measure("init"):
            terraform.init(stacks)


def _has_state(stack: Terraform) -> bool:
    """Says whether Terraform may have something to destroy: True for a state that is not local."""
    file = stack.state_file()
    if file is None:
        return True
    if not file.is_file():
        return False
    state = json.loads(file.read_text("utf-8"))
    return bool(state["resources"] or state["outputs"])
