# SPDX-License-Identifier: Apache-2.0
"""AWS is reached with the confirmed account, a key of its own and no endpoint, or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudmap_harness.aws.account import Caller, confirm_account
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.errors import AwsError, TargetError
from localaws.server import Endpoint

KEY = "AKIA1111222233334444"
REGION = "ap-northeast-1"
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The embedded endpoint, which stands for AWS here."""
    with Endpoint() as endpoint:
        yield endpoint.url


@pytest.fixture
def standing_for_aws(endpoint: str) -> Callable[..., AwsClients]:
    """The clients of AWS, but that the endpoint answers them."""

    def make(_: object = None, key: str = KEY) -> AwsClients:
        keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret"}
        return AwsClients({"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGION, **keys})

    return make


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AwsClients]:
    """The clients of AWS for a user who has that configuration file and those keys."""

    def configure(config: str, credentials: str = "", profile: str | None = None) -> AwsClients:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        for name, text in (
            ("AWS_CONFIG_FILE", config),
            ("AWS_SHARED_CREDENTIALS_FILE", credentials),
        ):
            (tmp_path / name).write_text(text)
            monkeypatch.setenv(name, str(tmp_path / name))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        if profile:
            monkeypatch.setenv("AWS_PROFILE", profile)
        return AwsClients(child_environment(Target.AWS, {}, endpoint=None, region=REGION))

    return configure


def test_the_confirmed_account_is_allowed_and_no_other(
    standing_for_aws: Callable[..., AwsClients],
) -> None:
    who = confirm_account(standing_for_aws(), {"CONFIRM": ACCOUNT})
    assert who.account == ACCOUNT
    assert who.environment == {"TF_VAR_allowed_account_ids": f'["{ACCOUNT}"]'}


@pytest.mark.parametrize("given", [None, "", "111122223333", "yes", "1"])
def test_another_account_or_none_is_refused(
    standing_for_aws: Callable[..., AwsClients], given: str | None
) -> None:
    environ = {} if given is None else {"CONFIRM": given}
    with pytest.raises(TargetError, match=f"CONFIRM: got .*, allowed: {ACCOUNT}, the account of"):
        confirm_account(standing_for_aws(), environ)


def test_the_root_user_is_refused_unless_told_otherwise(
    standing_for_aws: Callable[..., AwsClients], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    monkeypatch.setattr("cloudmap_harness.aws.account.get_caller", lambda aws: root)
    with pytest.raises(TargetError, match="root.*an IAM user or role, or ALLOW_ROOT=1"):
        confirm_account(standing_for_aws(), {"CONFIRM": ACCOUNT})
    assert confirm_account(standing_for_aws(), {"CONFIRM": ACCOUNT, "ALLOW_ROOT": "1"}) == root


@pytest.mark.parametrize(
    ("arn", "is_root"),
    [
        ("arn:aws:iam::123456789012:root", True),
        ("arn:aws-cn:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:user/root", False),
        ("arn:aws:sts::123456789012:assumed-role/root/root", False),
    ],
)
def test_who_is_root(arn: str, is_root: bool) -> None:
    assert Caller(ACCOUNT, arn).is_root is is_root


@pytest.mark.parametrize("key", ["test", "TESTING", "000000000000", "LKIAQAAAAAAAABCDEFGH"])
def test_a_dummy_key_is_refused_wherever_it_comes_from(
    profiles: Callable[..., AwsClients], standing_for_aws: Callable[..., AwsClients], key: str
) -> None:
    """Unconfirmed: nothing was asked of AWS, or CONFIRM would have been missed."""
    stored = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = test\n"
    for aws in (profiles("", stored), profiles(stored), standing_for_aws(key=key)):
        with pytest.raises(TargetError, match=f"the access key: got '{key}', allowed: a real one"):
            confirm_account(aws, {"CONFIRM": ACCOUNT})


@pytest.mark.parametrize(
    ("config", "profile"),
    [
        ("[default]\nendpoint_url = http://localhost:4566\n", None),
        ("[profile x]\nendpoint_url = http://localhost:4566\n", "x"),
        ("[profile x]\nservices = y\n[services y]\necs =\n  endpoint_url = http://a:1\n", "x"),
    ],
)
def test_a_profile_that_sends_elsewhere_is_refused(
    profiles: Callable[..., AwsClients], config: str, profile: str | None
) -> None:
    name = profile or "default"
    stored = f"[{name}]\naws_access_key_id = {KEY}\naws_secret_access_key = s\n"
    with pytest.raises(TargetError, match="endpoint_url.*allowed: no endpoint_url in the profile"):
        confirm_account(profiles(config, stored, profile), {"CONFIRM": ACCOUNT})


def test_a_profile_that_is_not_there_is_told(profiles: Callable[..., AwsClients]) -> None:
    with pytest.raises(AwsError, match="ProfileNotFound.*nobody"):
        confirm_account(profiles("", profile="nobody"), {"CONFIRM": ACCOUNT})


def test_no_key_at_all_is_told(profiles: Callable[..., AwsClients]) -> None:
    with pytest.raises(TargetError, match="the access key: got '', allowed: a real one"):
        confirm_account(profiles(""), {"CONFIRM": ACCOUNT})
