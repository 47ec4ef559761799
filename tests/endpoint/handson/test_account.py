# SPDX-License-Identifier: Apache-2.0
"""AWS is reached with account, region and prices shown; other targets are not asked to confirm."""

import os
from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson import context
from handson.account import confirmed_variables
from handson.context import Context
from handson.variables import Variables
from localaws.server import Endpoint
from stacks.settings import Settings

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"


@pytest.fixture
def standing_for_aws() -> Iterator[AwsClients]:
    """Clients of the embedded endpoint with a key that is no dummy."""
    with Endpoint() as endpoint:
        child = child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region=REGION)
        yield AwsClients(child | {"AWS_ACCESS_KEY_ID": "AKIA1111222233334444"})


def test_account_region_and_costs_are_shown(
    standing_for_aws: AwsClients, capsys: pytest.CaptureFixture[str]
) -> None:
    child = confirmed_variables(standing_for_aws, Variables({"CONFIRM": ACCOUNT}))
    assert child["TF_VAR_allowed_account_ids"] == f'["{ACCOUNT}"]'
    said = capsys.readouterr().err
    assert said.startswith(f"AWS account {ACCOUNT} (arn:")
    assert REGION in said.splitlines()[0] and "USD an hour" in said


@pytest.mark.parametrize("target", [Target.LOCAL, Target.LOCALSTACK])
def test_other_targets_need_no_confirmation(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> dict[str, str]:
        raise AssertionError("asked to confirm an account")

    monkeypatch.setattr(context, "confirmed_variables", refuse)
    variables = Variables({"TARGET": target, "PATH": os.environ["PATH"]})
    reached = Context.reach(variables, Settings(), endpoint="http://127.0.0.1:1")
    assert "TF_VAR_allowed_account_ids" not in reached.environment
