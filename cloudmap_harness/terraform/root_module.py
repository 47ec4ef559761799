# SPDX-License-Identifier: Apache-2.0
"""Any folder of Terraform configuration, HCL or JSON, whose state is a file in it."""

from pathlib import Path
from typing import Any

from cloudmap_harness.terraform.driver import Terraform

LOCAL_BACKEND = "local_backend_override.tf"
"""Terraform reads a file of such a name last; what it has replaces what the others have."""


class RootModule(Terraform):
    """Terraform for a folder that is a root module. Whatever its backend, its state is local."""

    def keep_state_here(self) -> None:
        """Writes the override that makes the backend local, for a folder that is a copy."""
        (self.folder / LOCAL_BACKEND).write_text('terraform {\n  backend "local" {}\n}\n')

    def configuration(self) -> dict[str, Any]:
        """Returns the text of the files that an init depends on, in place of a parsed stack."""
        names = ("*.tf", "*.tf.json", ".terraform.lock.hcl")
        files = sorted(file for name in names for file in self.folder.glob(name))
        return {"terraform": {file.name: file.read_text("utf-8") for file in files}}

    def state_file(self) -> Path:
        """Returns the path of the state, which may not exist yet."""
        return self.folder / "terraform.tfstate"
