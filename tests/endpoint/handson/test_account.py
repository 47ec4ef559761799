# SPDX-License-Identifier: Apache-2.0
"""AWS is reached with account, region and prices shown; other targets are not asked to confirm."""

import os
from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.account import Caller
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson import context
from handson.account import confirmed_variables
from handson.context import Context
from handson.errors import UsageError
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


@pytest.mark.parametrize(
    ("variables", "end"),
    [
        ({}, "to continue"),
        ({"CONFIRM": ""}, "to continue"),
        ({"CONFIRM": "111122223333"}, "to continue; CONFIRM is 111122223333"),
    ],
)
def test_the_user_reads_which_account_to_confirm(
    standing_for_aws: AwsClients, variables: dict[str, str], end: str
) -> None:
    with pytest.raises(UsageError) as caught:
        confirmed_variables(standing_for_aws, Variables(variables))
    assert str(caught.value).startswith(f"set CONFIRM={ACCOUNT} (the account of arn:")
    assert str(caught.value).endswith(end)


def test_the_user_reads_what_to_do_as_the_root_user(
    standing_for_aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    monkeypatch.setattr("cloudmap_harness.aws.account.get_caller", lambda aws: root)
    with pytest.raises(UsageError) as caught:
        confirmed_variables(standing_for_aws, Variables({"CONFIRM": ACCOUNT}))
    assert str(caught.value) == (
        f"the caller is the root user ({root.arn}): use an IAM user or role, or set ALLOW_ROOT=1"
    )
    allowed = Variables({"CONFIRM": ACCOUNT, "ALLOW_ROOT": "1"})
    child = confirmed_variables(standing_for_aws, allowed)
    assert child["TF_VAR_allowed_account_ids"] == f'["{ACCOUNT}"]'


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
