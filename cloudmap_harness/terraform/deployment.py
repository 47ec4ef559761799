# SPDX-License-Identifier: Apache-2.0
"""A deployment: a folder of synthesized stacks and their states, driven in manifest order."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from cloudmap_harness.errors import DestroyError, PlanNotEmpty, SynthError, TerraformError
from cloudmap_harness.terraform import driver as terraform
from cloudmap_harness.terraform.driver import Echo, Terraform
from cloudmap_harness.terraform.process import Child, ProcessTimeout, run_all
from cloudmap_harness.terraform.timings import Timings

SCALED = "compute"
"""The one stack in which the desired count is."""
SYNTH_TIMEOUT = 300.0


@dataclass(frozen=True)
class Synthesis:
    """The program that writes the stacks: its command line and the folder in which it runs."""

    argv: Sequence[str]
    cwd: Path


class Deployment:
    """Synthesizes into `folder` (CDKTF's outdir) and drives the stacks that its manifest names.

    The state is where the stacks say, beside the folder. The environment says where to deploy.
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

    def synth(self, desired: int | None = None) -> None:
        """Write the stacks, with the settings' desired count unless told another.

        Raises SynthError with what the program wrote to stderr.
        """
        environment = self._environment | {"CDKTF_OUTDIR": str(self.folder)}
        if desired is not None:
            environment["HANDSON_DESIRED_COUNT"] = str(desired)
        program = self._synthesis

        def start() -> Child:
            return Child(program.argv, cwd=program.cwd, env=environment)

        with self.timings.measure("synth"):
            try:
                [completed] = run_all([start], SYNTH_TIMEOUT)
            except ProcessTimeout as late:
                raise SynthError(late.completed.code, f"synthesis: {late}") from late
        if completed.code != 0:
            raise SynthError(completed.code, completed.err.strip())

    def deploy(self, desired: int | None = None) -> None:
        """Synthesize and apply every stack. Raises SynthError and TerraformError."""
        self.synth(desired)
        stacks = self.stacks()
        self._init(stacks)
        self._apply(stacks)

    def scale(self, desired: int) -> None:
        """Synthesize with another count and apply the stack that holds it; raises as deploy."""
        self.synth(desired)
        stacks = [stack for stack in self.stacks() if stack.name == SCALED]
        self._init(stacks)
        self._apply(stacks)

    def check_plan_is_empty(self) -> None:
        """An apply counts only when no plan has anything left to do. Raises PlanNotEmpty."""
        stacks = self.stacks()
        self._init(stacks)
        with self.timings.measure("plan"):
            changes = terraform.plan(stacks)
        for stack, words in changes.items():
            raise PlanNotEmpty(stack, words)

    def destroy(self) -> None:
        """Destroy every stack that was ever applied, dependants first.

        Raises DestroyError, which names the states that are kept, when Terraform fails.
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
        """The outputs of every stack, by stack and name; an unapplied stack has {}."""
        stacks = self.stacks()
        self._init(stacks)
        with self.timings.measure("output"):
            return terraform.output(stacks)

    def stacks(self) -> list[Terraform]:
        """The stacks in the order of an apply; [] when nothing is synthesized."""
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
        """True when no stack's state holds anything: nothing to look at and nothing to destroy."""
        return not any(_has_state(stack) for stack in self.stacks())

    def state_files(self) -> list[Path]:
        """The states that are there, in the order of an apply."""
        files = [stack.state_file() for stack in self.stacks()]
        return [file for file in files if file is not None and file.is_file()]

    def _init(self, stacks: Sequence[Terraform]) -> None:
        with self.timings.measure("init"):
            terraform.init(stacks)

    def _apply(self, stacks: Sequence[Terraform]) -> None:
        for stack in stacks:
            with self.timings.measure("apply"):
                stack.apply()


def _has_state(stack: Terraform) -> bool:
    """False when its local state is not there or empty: Terraform has nothing to destroy."""
    file = stack.state_file()
    if file is None:
        return True
    if not file.is_file():
        return False
    state = json.loads(file.read_text("utf-8"))
    return bool(state["resources"] or state["outputs"])
