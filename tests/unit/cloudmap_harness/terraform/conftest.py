# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Terraform: a shell script that does what a test says."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

FakeTerraform = Callable[[str], dict[str, str]]


@pytest.fixture
def fake_terraform(tmp_path: Path) -> FakeTerraform:
    """Gives the environment in which `terraform` is a shell script with that body."""

    def write(body: str) -> dict[str, str]:
        binary = tmp_path / "fake terraform"
        binary.write_text(f"#!/bin/sh\n{body}\n")
        binary.chmod(0o755)
        return {"PATH": os.environ["PATH"], "TERRAFORM_BINARY_NAME": str(binary)}

    return write


@pytest.fixture
def stack_folder(tmp_path: Path) -> Path:
    """A synthesized stack, as far as the harness reads it."""
    folder = tmp_path / "cdktf.out" / "stacks" / "compute"
    folder.mkdir(parents=True)
    state = "../../../terraform.compute.tfstate"
    stack = f'{{"terraform": {{"backend": {{"local": {{"path": "{state}"}}}}}}}}'
    (folder / "cdk.tf.json").write_text(stack)
    return folder
