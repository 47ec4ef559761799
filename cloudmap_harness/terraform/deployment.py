# SPDX-License-Identifier: Apache-2.0
"""A deployment: a folder of stacks that CDKTF wrote and their states, driven in manifest order."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
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
    UnknownVariable,
)
from cloudmap_harness.live_line import doing
from cloudmap_harness.terraform import driver as terraform
from cloudmap_harness.terraform.driver import Echo, StackVariables, Terraform
from cloudmap_harness.terraform.process import Child, ProcessTimeout, running
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
        provider: Callable[[], Mapping[str, str]] = dict,
        echo: Echo | None = None,
        step: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`provider` returns the variables that lead Terraform to a provider that runs already.

        `step` is called with the name of each thing that takes time, and gives its context.
        """
        self.folder = folder
        self.timings = Timings()
        self._environment = dict(environment)
        self._synthesis = synthesis
        self._provider = provider
        self._echo = echo
        self._step = step

    def synth(self) -> None:
        """Writes the stacks. Raises SynthError with what the program wrote to stderr."""
        with self.synthesizing():
            pass

    @contextmanager
    def synthesizing(self) -> Iterator[None]:
        """Writes the stacks while the block runs. Raises SynthError as `synth` does.

        When the block raises an error, the synthesis is stopped.
        """
        program = self._synthesis
        environment = {**self._environment, "CDKTF_OUTDIR": str(self.folder)}

        def start() -> Child:
            return Child(program.argv, cwd=program.cwd, env=environment)

        with running([start], SYNTH_TIMEOUT) as wait:
            yield
            with self._measured("synth", "synthesis"), doing("writing the stacks"):
                try:
                    [completed] = wait()
                except ProcessTimeout as late:
                    reason = f"the synthesis was stopped after {late.timeout:.0f} s"
                    raise SynthError(late.completed.code, reason) from late
        if completed.code != 0:
            raise SynthError(completed.code, completed.err.strip())

    def apply(self, variables: StackVariables | None = None, *, only: Collection[str] = ()) -> None:
        """Applies all stacks as they are written, or `only` the named ones, in order.

        A later apply without a value for a variable gives it its default again. Raises
        TerraformError, UnknownStack for a name that is not in the manifest, and UnknownVariable
        for a variable that its stack does not have.
        """
        given = variables or {}
        stacks = self._selected(only)
        for stack in stacks:
            unknown = given.get(stack.name, {}).keys() - stack.configuration().get("variable", {})
            if unknown:
                raise UnknownVariable(stack.name, sorted(unknown))
        self._init(stacks)
        for stack in stacks:
            with self._measured("apply", f"terraform apply {stack.name}"):
                stack.apply(given.get(stack.name, {}))

    def check_plan_is_empty(self, variables: StackVariables | None = None) -> None:
        """Raises PlanNotEmpty when the plan of a stack, with these variables, has changes."""
        stacks = self.stacks()
        self._init(stacks)
        with self._measured("plan", "terraform plan"):
            changes = terraform.plan(stacks, variables)
        for stack, text in changes.items():
            raise PlanNotEmpty(stack, text)

    def destroy(self, variables: StackVariables | None = None) -> None:
        """Destroys every stack that was ever applied, dependants first.

        Terraform wants a value for each variable without a default here too. A stack that holds
        nothing but what it has looked up may fail: what it looks for has gone, or its JSON is that
        of a deploy that was refused. Raises DestroyError with the state files that hold resources,
        which are kept, when Terraform fails.
        """
        given = variables or {}
        stacks = [stack for stack in reversed(self.stacks()) if has_state(stack)]
        try:
            self._init(stacks)
            for stack in stacks:
                with self._measured("destroy", f"terraform destroy {stack.name}"):
                    _destroy(stack, given.get(stack.name, {}))
        except TerraformError as error:
            held = [stack.state_file() for stack in self.stacks() if holds_resources(stack)]
            raise DestroyError(str(error), [file for file in held if file]) from error

    def output(self) -> dict[str, dict[str, Any]]:
        """Returns the outputs by stack and name; {} for a stack that is not applied."""
        with self.timings.measure("output"):
            return terraform.output(self.stacks())

    def stacks(self) -> list[Terraform]:
        """Returns the stacks in the order of an apply; [] before the first synthesis."""
        manifest = self.folder / "manifest.json"
        if not manifest.is_file():
            return []
        stacks = json.loads(manifest.read_text("utf-8"))["stacks"]
        order = TopologicalSorter({name: stack["dependencies"] for name, stack in stacks.items()})
        environment = {**self._environment, **self._provider()}
        return [
            Terraform(self.folder / stacks[name]["workingDirectory"], environment, self._echo)
            for name in order.static_order()
        ]

    def is_empty(self) -> bool:
        """Says whether no state holds anything, so that there is nothing to destroy."""
        return not any(has_state(stack) for stack in self.stacks())

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
        with self._measured("init", "terraform init"):
            terraform.init(stacks)

    @contextmanager
    def _measured(self, phase: str, name: str) -> Iterator[None]:
        with self._step(name), self.timings.measure(phase):
            yield


def _destroy(stack: Terraform, variables: Mapping[str, str]) -> None:
    try:
        stack.destroy(variables)
    except TerraformError:
        if holds_resources(stack):
            raise


def holds_resources(stack: Terraform) -> bool:
    """Says whether a stack may have made something: True for a state that is not local."""
    if stack.state_file() is None:
        return True
    state = stack.state()
    return state is not None and any(each["mode"] == "managed" for each in state["resources"])


def has_state(stack: Terraform) -> bool:
    """Says whether Terraform may have something to destroy: True for a state that is not local."""
    if stack.state_file() is None:
        return True
    state = stack.state()
    return state is not None and bool(state["resources"] or state["outputs"])
