# SPDX-License-Identifier: Apache-2.0
"""Real keys never go to an endpoint, dummy ones never to AWS, and each mistake ends with 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudmap_harness.check_command.environment import clients_for
from cloudmap_harness.errors import TargetError
from tests.endpoint.cloudmap_harness.check_command.conftest import without_progress
from tests.endpoint.localaws.account import REGION
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT

ENDPOINT = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_REGION": REGION}


def test_a_real_key_does_not_reach_an_endpoint() -> None:
    aws = clients_for({**ENDPOINT, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"})
    assert aws.access_key() == "test"


def test_an_accounts_key_reaches_an_endpoint() -> None:
    aws = clients_for({**ENDPOINT, "AWS_ACCESS_KEY_ID": "000000000042"})
    assert aws.access_key() == "000000000042"


@pytest.mark.parametrize(
    "url",
    [
        "localhost:4566",
        "https://ecs.eu-west-1.amazonaws.com",
        "http://[bad",
        "http://127.0.0.1:99999",
        "http://local_stack:4566",
        "http://127.0.0.1:4566\n",
    ],
)
def test_an_endpoint_that_is_none_is_named_by_its_variable(url: str) -> None:
    with pytest.raises(TargetError, match="^AWS_ENDPOINT_URL: got '.*', allowed: an http or https"):
        clients_for({**ENDPOINT, "AWS_ENDPOINT_URL": url})


@pytest.fixture
def no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without AWS variables whose configuration file is the one that is returned."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return config


def test_aws_wants_a_region(no_files: Path) -> None:
    with pytest.raises(TargetError, match="AWS_REGION: got None, allowed: a region"):
        clients_for(os.environ)


@pytest.mark.parametrize("variables", [{}, {"AWS_REGION": REGION}], ids=["no region", "region"])
def test_a_profile_that_does_not_exist_is_wrong_use(
    no_files: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in {"AWS_PROFILE": "nope", **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TargetError, match="^AWS_PROFILE: got 'nope', allowed: one of the AWS"):
        clients_for(os.environ)


@pytest.mark.parametrize("key", ["test", "000000000042"])
def test_aws_wants_a_real_key(no_files: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", REGION)
    with pytest.raises(TargetError, match="real access key"):
        clients_for(os.environ)


def test_aws_wants_some_key(no_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    with pytest.raises(TargetError, match="or AWS_ENDPOINT_URL for another endpoint"):
        clients_for(os.environ)


def test_a_profile_that_leads_elsewhere_is_refused(no_files: Path) -> None:
    no_files.write_text(
        "[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\n"
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n"
    )
    with pytest.raises(TargetError, match="no endpoint_url in the profile for AWS"):
        clients_for(os.environ)


def test_an_endpoint_that_is_not_there_is_told_in_one_line() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "cloudmap_harness.check_command"],
        cwd=CHECKOUT,
        env=environment_without("AWS_") | ENDPOINT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    (line,) = without_progress(ran.stderr)
    assert line.startswith("cloudmap-check: http://127.0.0.1:9: EndpointConnectionError")
