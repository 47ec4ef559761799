# SPDX-License-Identifier: Apache-2.0
"""Terraform deployments of a test: applied from copies, and destroyed at its end."""

import fcntl
import json
import re
import shlex
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cloudmap_harness.errors import (
    DestroyError,
    HarnessError,
    PlanNotEmpty,
    TerraformError,
    UnknownStack,
    UnknownVariable,
)
from cloudmap_harness.terraform import driver
from cloudmap_harness.terraform.deployment import Deployment, Synthesis, has_state
from cloudmap_harness.terraform.driver import Echo
from cloudmap_harness.terraform.environment import terraform_environment
from cloudmap_harness.terraform.root_module import RootModule
from cloudmap_harness.testing.folder_copy import copy_folder

Variables = Mapping[str, Any]
"""The values of Terraform variables by name: text, or what JSON can say."""


class TerraformStack(Protocol):
    """A deployment of a test."""

    folder: Path
    """The copy, in which the state is."""

    @property
    def outputs(self) -> Mapping[str, Any]: ...
    def __getitem__(self, output: str) -> Any: ...
    def apply(self, **variables: Any) -> None: ...
    def destroy(self) -> None: ...


class HclStack:
    """A root module, HCL or JSON. `stack["name"]` is the value of an output."""

    def __init__(self, module: RootModule, variables: Variables) -> None:
        self.folder = module.folder
        self._module = module
        self._variables = dict(variables)

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs by name, in the state as it is now."""
        (outputs,) = driver.output([self._module]).values()
        return outputs

    def __getitem__(self, output: str) -> Any:
        outputs = self.outputs
        if output not in outputs:
            there = ", ".join(outputs) or "none"
            raise HarnessError(f"{self._module.name} has no output {output}; there are: {there}")
        return outputs[output]

    def apply(self, **variables: Any) -> None:
        """Applies with these variables and those of before; then the plan must be empty.

        The variables of an apply that fails are forgotten: with values that Terraform refuses it
        would refuse to destroy too. Raises TerraformError and PlanNotEmpty.
        """
        wanted = self._variables | variables
        text = _as_text(wanted)
        self._module.apply(text)
        self._variables = wanted
        for stack, changes in driver.plan([self._module], {self._module.name: text}).items():
            raise PlanNotEmpty(stack, changes)

    def destroy(self) -> None:
        """Destroys what the state has. Raises DestroyError, and then keeps the state."""
        if not has_state(self._module):
            return
        try:
            self._module.destroy(_as_text(self._variables))
        except TerraformError as error:
            raise DestroyError(str(error), [self._module.state_file()]) from error


class CdktfStacks:
    """The stacks that a CDKTF app writes. `stacks["compute"]["name"]` is the value of an output."""

    def __init__(self, folder: Path, deployment: Deployment, variables: Variables) -> None:
        self.folder = folder
        self._deployment = deployment
        self._variables = dict(variables)

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs by stack and name, in the states as they are now."""
        return self._deployment.output()

    def __getitem__(self, stack: str) -> Any:
        outputs = self.outputs
        if stack not in outputs:
            raise UnknownStack([stack], list(outputs))
        return outputs[stack]

    def apply(self, **variables: Any) -> None:
        """Applies each stack with the variables that it has; then every plan must be empty.

        Those of an apply that fails are forgotten, as in HclStack. Raises TerraformError,
        PlanNotEmpty, and UnknownVariable for one that no stack has.
        """
        wanted = self._variables | variables
        declared = self._declared()
        unknown = wanted.keys() - set().union(*declared.values())
        if unknown:
            raise UnknownVariable(" and ".join(declared), sorted(unknown))
        by_stack = _by_stack(wanted, declared)
        self._deployment.apply(by_stack)
        self._variables = wanted
        self._deployment.check_plan_is_empty(by_stack)

    def destroy(self) -> None:
        """Destroys every stack, dependants first. Raises DestroyError; the states are kept then."""
        if not self._deployment.is_empty():
            self._deployment.destroy(_by_stack(self._variables, self._declared()))

    def _declared(self) -> dict[str, Collection[str]]:
        """The variables that each stack has."""
        return {
            stack.name: stack.configuration().get("variable", {})
            for stack in self._deployment.stacks()
        }


@dataclass
class Stacks:
    """The deployments of one test, module or session."""

    environment: Mapping[str, str]
    root: Path
    """The folder below which links to neighbours are followed; see copy_folder."""
    kept: Path
    """The folder for the copies; each goes when it is destroyed."""
    plugin_cache: Path
    echo: Echo | None = None

    def __post_init__(self) -> None:
        self._deployed: list[tuple[Path, TerraformStack]] = []
        environment = terraform_environment(self.environment, cli_configuration=None)
        # Without a cache each copy would download the providers, hundreds of megabytes.
        environment.setdefault("TF_PLUGIN_CACHE_DIR", str(self.plugin_cache))
        # A folder without a lock file is to use the cache too; its copy's lock file is thrown away.
        environment.setdefault("TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE", "true")
        self._environment = environment

    def deploy(
        self, folder: Path, name: str, command: str | Sequence[str] | None, variables: Variables
    ) -> TerraformStack:
        """Copies a folder, applies it, and checks that the plan is empty then.

        `command` writes the stacks of a CDKTF app into CDKTF_OUTDIR. Raises HarnessError; what was
        made until then is destroyed at the end all the same.
        """
        own = self._new_folder(name)
        copy = copy_folder(folder, self.root, own)
        stack: TerraformStack
        if command is None:
            module = RootModule(copy, self._environment, self.echo)
            module.keep_state_here()
            self._deployed.append((own, stack := HclStack(module, variables)))
            with self._alone():
                driver.init([module])
        else:
            argv = shlex.split(command) if isinstance(command, str) else [*command]
            written = Deployment(
                copy / "cdktf.out", self._environment, Synthesis(argv, copy), echo=self.echo
            )
            self._deployed.append((own, stack := CdktfStacks(copy, written, variables)))
            written.synth()
            with self._alone():
                # Side by side, the stacks would install one provider into the cache at once.
                for each in written.stacks():
                    driver.init([each])
        stack.apply()
        return stack

    def destroy(self) -> list[DestroyError]:
        """Destroys everything, the newest first; returns what failed, whose folders are kept."""
        failed = []
        while self._deployed:
            own, stack = self._deployed[-1]
            try:
                stack.destroy()
            except DestroyError as error:
                failed.append(error)
            else:
                shutil.rmtree(own)
            self._deployed.pop()
        return failed

    def interrupted(self) -> str:
        """Returns what is to be said when `destroy` was interrupted."""
        folders = "\n".join(f"  {own}" for own, _ in self._deployed)
        return f"interrupted, and not destroyed; the state is kept in\n{folders}"

    def _new_folder(self, name: str) -> Path:
        self.kept.mkdir(parents=True, exist_ok=True)
        (self.kept / ".gitignore").write_text("*\n")
        stem = re.sub(r"\W+", "-", name).strip("-")[:60]
        number = 0
        while True:
            own = self.kept / f"{stem}-{number}"
            try:
                own.mkdir()
                return own
            except FileExistsError:
                number += 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Waits for other tests that initialize: Terraform's plugin cache has no lock."""
        self.plugin_cache.mkdir(parents=True, exist_ok=True)
        with (self.plugin_cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _by_stack(
    variables: Variables, declared: Mapping[str, Collection[str]]
) -> dict[str, dict[str, str]]:
    text = _as_text(variables)
    return {
        name: {each: value for each, value in text.items() if each in has}
        for name, has in declared.items()
    }


def _as_text(variables: Variables) -> dict[str, str]:
    """The values as Terraform's -var takes them."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in variables.items()
    }
