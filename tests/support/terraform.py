# SPDX-License-Identifier: Apache-2.0
"""The real Terraform, for the tests that drive it."""

import os
import shutil

import pytest

from cloudmap_harness.terraform.environment import terraform_binary
from tests.support.tools import lacking


@pytest.fixture(scope="session")
def terraform() -> str:
    """Terraform's path; without one the test is skipped, or fails under HANDSON_REQUIRE_TOOLS=1."""
    name = terraform_binary(os.environ)
    path = shutil.which(name)
    if path is None:
        lacking(f"{name} is not on PATH: install Terraform 1.11 or set TERRAFORM_BINARY_NAME")
    return path
