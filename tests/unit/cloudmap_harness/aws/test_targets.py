# SPDX-License-Identifier: Apache-2.0
"""Real keys never go to an endpoint and dummy keys never to AWS, whatever the shell exports."""

import os

import pytest

from cloudmap_harness.aws.targets import (
    Target,
    child_environment,
    localstack_endpoint,
)
from cloudmap_harness.errors import TargetError

REGION = "ap-northeast-1"
ENDPOINT = "http://127.0.0.1:4566"
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_SESSION_TOKEN": "real-token",
    "AWS_SECURITY_TOKEN": "real-token",
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_CONFIG_FILE": "/home/user/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/user/.aws/credentials",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/admin",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_BEARER_TOKEN_BEDROCK": "real-token",
}
ENDPOINTS = {
    "AWS_ENDPOINT_URL": "http://elsewhere:1",
    "AWS_ENDPOINT_URL_ECS": "http://elsewhere:2",
    "AWS_ENDPOINT_URL_ROUTE_53": "http://elsewhere:3",
    "AWS_S3_ENDPOINT": "http://elsewhere:4",
    "TF_AWS_STS_ENDPOINT": "http://elsewhere:5",
}
SWITCHES = {
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_REGION": "us-east-1",
    "TF_VAR_allowed_account_ids": '["111122223333"]',
}
OTHERS = {"PATH": "/bin", "HOME": "/home/user", "HANDSON_NAMESPACE": "x.internal"}


@pytest.mark.parametrize("target", [Target.LOCAL, Target.LOCALSTACK])
@pytest.mark.parametrize("variable", [*SECRETS, *ENDPOINTS, *SWITCHES])
def test_an_endpoint_gets_none_of_the_users_aws_variables(target: Target, variable: str) -> None:
    given = {**SECRETS, **ENDPOINTS, **SWITCHES}
    child = child_environment(target, {variable: given[variable]}, endpoint=ENDPOINT, region=REGION)
    assert child == child_environment(target, {}, endpoint=ENDPOINT, region=REGION)


@pytest.mark.parametrize("target", [Target.LOCAL, Target.LOCALSTACK])
def test_an_endpoint_gets_dummy_keys_and_its_url(target: Target) -> None:
    assert child_environment(target, OTHERS, endpoint=ENDPOINT, region=REGION) == OTHERS | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def test_the_certificates_of_a_proxy_stay_for_an_endpoint() -> None:
    given = {"AWS_CA_BUNDLE": "/etc/ssl/company.pem"}
    child = child_environment(Target.LOCALSTACK, given, endpoint="https://ls:4566", region=REGION)
    assert child["AWS_CA_BUNDLE"] == "/etc/ssl/company.pem"


@pytest.mark.parametrize("variable", ENDPOINTS)
def test_aws_gets_no_endpoint_variable(variable: str) -> None:
    child = child_environment(
        Target.AWS, {variable: ENDPOINTS[variable]}, endpoint=None, region=REGION
    )
    assert child == child_environment(Target.AWS, {}, endpoint=None, region=REGION)


def test_aws_gets_the_users_keys_and_ignores_a_profiles_endpoint() -> None:
    child = child_environment(Target.AWS, SECRETS | OTHERS, endpoint=None, region=REGION)
    assert child == SECRETS | OTHERS | {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }


@pytest.mark.parametrize("key", ["test", "TEST", "testing", "", "000000000000", "LKIAQAAAAAAA"])
def test_aws_refuses_dummy_keys(key: str) -> None:
    keys = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "test"}
    with pytest.raises(TargetError, match=f"AWS_ACCESS_KEY_ID: got '{key}', allowed: a real"):
        child_environment(Target.AWS, keys, endpoint=None, region=REGION)


def test_aws_refuses_an_endpoint() -> None:
    with pytest.raises(TargetError, match="ENDPOINT: got 'http://127.0.0.1:4566', allowed: none"):
        child_environment(Target.AWS, {}, endpoint=ENDPOINT, region=REGION)


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        "",
        "localhost:4566",
        "ftp://localhost",
        "http://",
        "https://ecs.ap-northeast-1.amazonaws.com",
        "https://ECS.ap-northeast-1.AMAZONAWS.com",
        "https://ecs.cn-north-1.amazonaws.com.cn",
        "https://ecs.ap-northeast-1.api.aws",
    ],
)
@pytest.mark.parametrize("target", [Target.LOCAL, Target.LOCALSTACK])
def test_an_endpoint_needs_a_url_that_is_not_awss(target: Target, endpoint: str | None) -> None:
    with pytest.raises(TargetError) as error:
        child_environment(target, {}, endpoint=endpoint, region=REGION)
    assert error.value.what == "ENDPOINT"
    assert error.value.got == endpoint


def test_target_is_one_of_three() -> None:
    assert [Target.parse(name) for name in ("local", "localstack", "aws")] == list(Target)
    with pytest.raises(TargetError, match="TARGET: got 'foo', allowed: local, localstack, aws"):
        Target.parse("foo")


def test_localstack_endpoint_is_what_localstack_client_uses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("LOCALSTACK_HOST", raising=False)
    assert localstack_endpoint() == "http://localhost:4566"
    monkeypatch.setenv("LOCALSTACK_HOST", "ls.test:4510")
    assert localstack_endpoint() == "http://ls.test:4510"
