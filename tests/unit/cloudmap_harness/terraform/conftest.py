# SPDX-License-Identifier: Apache-2.0
"""A substitute for Terraform: a shell script with the body that a test gives."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.files import write_program

FakeTerraform = Callable[[str], dict[str, str]]


@pytest.fixture
def fake_terraform(tmp_path: Path) -> FakeTerraform:
    """Returns the environment in which `terraform` is a shell script with the given body."""

    def write(body: str) -> dict[str, str]:
        binary = write_program(tmp_path / "fake terraform", body)
        return {"PATH": os.environ["PATH"], "TERRAFORM_BINARY_NAME": str(binary)}

    return write


@pytest.fixture
def stack_folder(tmp_path: Path) -> Path:
    """Returns the folder of a synthesized stack, with the part of it that the harness reads."""
    folder = tmp_path / "cdktf.out" / "stacks" / "web"
    folder.mkdir(parents=True)
    state = "../../../terraform.web.tfstate"
    stack = f'{{"terraform": {{"backend": {{"local": {{"path": "{state}"}}}}}}}}'
    (folder / "cdk.tf.json").write_text(stack)
    return folder
