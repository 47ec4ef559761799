# SPDX-License-Identifier: Apache-2.0
"""Stacks that tests write in HCL, with modules beside them, for the real Terraform."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudmap_harness.terraform.driver import Command, Terraform, run
from cloudmap_harness.terraform.environment import terraform_binary
from tests.support.root_module import planned

STACKS = Path(__file__).parents[1] / "terraform" / "stacks"


@dataclass(frozen=True)
class HclStack:
    """A root module in a folder of its own, with the values of its variables in a file."""

    terraform: Terraform

    def apply(self, **values: Any) -> None:
        """Applies the stack with these values of its variables; then the plan is empty."""
        folder = self.terraform.folder
        (folder / "terraform.tfvars.json").write_text(json.dumps(values))
        self.terraform.apply()
        assert self.planned() == {}

    def planned(self) -> dict[str, str]:
        """What the plan says of each resource that it would change; {} for an empty plan."""
        return planned(self.terraform)

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs."""
        state = json.loads((self.terraform.folder / "terraform.tfstate").read_text())
        return {name: each["value"] for name, each in state["outputs"].items()}


@contextmanager
def hcl_stack(name: str, folder: Path, environment: Mapping[str, str]) -> Iterator[HclStack]:
    """Yields a stack of tests/terraform/stacks/, initialized, and destroys it after the block."""
    shutil.copytree(STACKS, folder, dirs_exist_ok=True)
    terraform = Terraform(folder / name, environment)
    init = [terraform_binary(environment), "init", "-input=false", "-no-color"]
    run([Command(terraform, "init", init)])
    try:
        yield HclStack(terraform)
    finally:
        terraform.destroy()
    state = json.loads((terraform.folder / "terraform.tfstate").read_text())
    assert state["resources"] == []
