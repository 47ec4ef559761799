# SPDX-License-Identifier: Apache-2.0
"""Terraform itself refuses an account that was not confirmed, before it reads or makes anything."""

import os
from pathlib import Path

import pytest

from cloudmap_harness.aws.account import Caller
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.errors import TerraformError
from cloudmap_harness.terraform.deployment import Deployment
from cloudmap_harness.terraform.environment import terraform_environment
from handson.project import CLI_CONFIGURATION, SYNTHESIS
from handson.stack_outputs import count_variable
from localaws.server import Endpoint


def test_an_account_that_was_not_confirmed_is_refused(terraform: str, tmp_path: Path) -> None:
    caller = Caller("999988887777", "arn:aws:iam::999988887777:user/me")
    with Endpoint() as endpoint:
        child = child_environment(
            Target.LOCAL, dict(os.environ), endpoint=endpoint.url, region="ap-northeast-1"
        )
        child = (
            terraform_environment(child, cli_configuration=CLI_CONFIGURATION)
            | caller.terraform_variables
        )
        deployment = Deployment(tmp_path / "cdktf.out", child, SYNTHESIS)
        deployment.synth()
        with pytest.raises(TerraformError, match="AWS account ID not allowed: 123456789012"):
            deployment.apply(count_variable(1))
    assert deployment.is_empty()
