# SPDX-License-Identifier: Apache-2.0
"""Terraform itself, with the provider's own schema, takes each stack for valid."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudmap_harness.terraform.environment import terraform_environment
from handson.project import CLI_CONFIGURATION
from handson.shared_provider import shared_provider
from main import build_app
from stacks.settings import Settings

BY_TAG = Settings()
BY_ID = Settings(
    vpc_id="vpc-0123456789abcdef0",
    private_subnet_ids=("subnet-0123456789abcdef0", "subnet-12345678"),
)


@pytest.fixture(scope="module")
def environ(terraform: str) -> Iterator[dict[str, str]]:
    """Terraform's, with one provider for all commands."""
    own = terraform_environment(os.environ, cli_configuration=CLI_CONFIGURATION)
    with shared_provider(own) as provider:
        yield {**own, **provider()}


@pytest.mark.parametrize(
    ("stack", "settings"),
    [
        pytest.param("network-inputs", BY_TAG, id="network-inputs-by-tag"),
        pytest.param("network-inputs", BY_ID, id="network-inputs-by-id"),
        pytest.param("discovery", BY_TAG, id="discovery"),
        pytest.param("compute", BY_TAG, id="compute"),
    ],
)
def test_stack_is_valid(
    terraform: str, environ: dict[str, str], stack: str, settings: Settings, tmp_path: Path
) -> None:
    build_app(settings, str(tmp_path / "cdktf.out")).synth()
    folder = tmp_path / "cdktf.out" / "stacks" / stack
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
