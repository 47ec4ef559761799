# SPDX-License-Identifier: Apache-2.0
"""AWS is called only with the confirmed account, a real key and no configured endpoint."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudmap_harness.aws.account import (
    AccountNotConfirmed,
    Caller,
    RootNotAllowed,
    confirm_account,
)
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.errors import AwsError, TargetError
from localaws.server import Endpoint

KEY = "AKIA1111222233334444"
REGION = "ap-northeast-1"
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The URL of an embedded endpoint that stands for AWS."""
    with Endpoint() as endpoint:
        yield endpoint.url


@pytest.fixture
def standing_for_aws(endpoint: str) -> Callable[..., AwsClients]:
    """Makes clients for AWS that the embedded endpoint answers."""

    def make(_: object = None, key: str = KEY) -> AwsClients:
        keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret"}
        return AwsClients({"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": REGION, **keys})

    return make


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AwsClients]:
    """Makes clients for AWS from a configuration file and a credentials file."""

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
    caller = confirm_account(standing_for_aws(), confirmed=ACCOUNT, allow_root=False)
    assert caller.account == ACCOUNT
    assert caller.terraform_variables == {"TF_VAR_allowed_account_ids": f'["{ACCOUNT}"]'}


@pytest.mark.parametrize("given", [None, "", "111122223333", "yes", "1"])
def test_another_account_or_none_is_refused(
    standing_for_aws: Callable[..., AwsClients], given: str | None
) -> None:
    with pytest.raises(AccountNotConfirmed) as caught:
        confirm_account(standing_for_aws(), confirmed=given, allow_root=False)
    arn = caught.value.caller.arn
    assert (caught.value.caller.account, caught.value.confirmed) == (ACCOUNT, given)
    assert str(caught.value) == (
        f"the confirmed account: got {given!r}, allowed: {ACCOUNT}, the account of {arn}"
    )


def test_the_root_user_is_refused_unless_allowed(
    standing_for_aws: Callable[..., AwsClients], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    monkeypatch.setattr("cloudmap_harness.aws.account.get_caller", lambda aws: root)
    with pytest.raises(RootNotAllowed, match="root.*an IAM user or role") as caught:
        confirm_account(standing_for_aws(), confirmed=ACCOUNT, allow_root=False)
    assert caught.value.caller == root
    assert confirm_account(standing_for_aws(), confirmed=ACCOUNT, allow_root=True) == root


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
    """The key is refused before STS is called: no account is confirmed either."""
    stored = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = test\n"
    for aws in (profiles("", stored), profiles(stored), standing_for_aws(key=key)):
        with pytest.raises(TargetError, match=f"the access key: got '{key}', allowed: a real one"):
            confirm_account(aws, confirmed=None, allow_root=False)


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
        confirm_account(profiles(config, stored, profile), confirmed=ACCOUNT, allow_root=False)


def test_a_missing_profile_is_reported(profiles: Callable[..., AwsClients]) -> None:
    with pytest.raises(AwsError, match="ProfileNotFound.*nobody"):
        confirm_account(profiles("", profile="nobody"), confirmed=ACCOUNT, allow_root=False)


def test_a_missing_key_is_refused(profiles: Callable[..., AwsClients]) -> None:
    with pytest.raises(TargetError, match="the access key: got '', allowed: a real one"):
        confirm_account(profiles(""), confirmed=ACCOUNT, allow_root=False)
