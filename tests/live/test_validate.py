# SPDX-License-Identifier: Apache-2.0
"""Terraform itself, with the provider's own schema, takes each stack for valid."""

import os
import subprocess
from pathlib import Path

import pytest

from cloudmap_harness.terraform.environment import terraform_environment
from handson.project import CLI_CONFIGURATION
from main import build_app
from stacks.settings import Settings

BY_TAG = Settings()
BY_ID = Settings(
    vpc_id="vpc-0123456789abcdef0",
    private_subnet_ids=("subnet-0123456789abcdef0", "subnet-12345678"),
)


@pytest.mark.parametrize(
    ("stack", "settings"),
    [
        pytest.param("network-inputs", BY_TAG, id="network-inputs-by-tag"),
        pytest.param("network-inputs", BY_ID, id="network-inputs-by-id"),
        pytest.param("discovery", BY_TAG, id="discovery"),
        pytest.param("compute", BY_TAG, id="compute"),
    ],
)
def test_stack_is_valid(terraform: str, stack: str, settings: Settings, tmp_path: Path) -> None:
    build_app(settings, str(tmp_path / "cdktf.out")).synth()
    folder = tmp_path / "cdktf.out" / "stacks" / stack
    environ = terraform_environment(os.environ, cli_configuration=CLI_CONFIGURATION)
    for command in (["init", "-backend=false", "-input=false", "-no-color"], ["validate"]):
        done = subprocess.run(
            [terraform, *command],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
