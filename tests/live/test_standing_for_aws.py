# SPDX-License-Identifier: Apache-2.0
"""TARGET=aws from end to end, with the guards on and the embedded endpoint in AWS's place.

The one thing that is not AWS's is the address in the children's environment.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.aws.targets import child_environment as environment_of
from handson import context as sites
from handson import shared_provider as sharing
from handson.cli import main
from localaws.server import Endpoint

ACCOUNT = "123456789012"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Target]]:
    """The targets that were reached; each was AWS, and the endpoint answered."""
    reached: list[Target] = []
    with Endpoint() as endpoint:

        def child_environment(
            target: Target, environ: Mapping[str, str], *, endpoint: str | None, region: str
        ) -> dict[str, str]:
            assert endpoint is None
            reached.append(target)
            child = environment_of(Target.LOCAL, environ, endpoint=url, region=region)
            return child | {"AWS_ACCESS_KEY_ID": "AKIA1111222233334444"}

        def shared_provider(environment: Mapping[str, str]) -> None:
            raise AssertionError("on AWS every Terraform command starts a provider of its own")

        url = endpoint.url
        monkeypatch.setattr(sharing, "shared_provider", shared_provider)
        monkeypatch.setattr(sites, "child_environment", child_environment)
        monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
        monkeypatch.setenv("TARGET", "aws")
        monkeypatch.setenv("DESIRED", "1")
        for name in ("CONFIRM", "ENDPOINT", "STATE"):
            monkeypatch.delenv(name, raising=False)
        yield reached


def held(folder: Path) -> int:
    """How many resources the states know."""
    states = [json.loads(path.read_text()) for path in folder.glob("terraform.*.tfstate")]
    return sum(len(state["resources"]) for state in states)


def test_deploy_needs_the_account_and_destroy_too(
    terraform: str,
    aws: list[Target],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """GIVEN credentials of an account
    WHEN it is deployed to and destroyed, without its id, with another id and with its own
    THEN only its own is let through, and shown with region and costs; the check makes nothing.
    """
    for confirm in (None, "111122223333"):
        if confirm is not None:
            monkeypatch.setenv("CONFIRM", confirm)
        assert main(["deploy"]) == 2
        refused = capsys.readouterr().err
        assert refused.startswith(f"set CONFIRM={ACCOUNT} (the account of arn:")
        assert refused.endswith(f"to continue{f'; CONFIRM is {confirm}' if confirm else ''}\n")
    assert not (tmp_path / "cdktf.out").exists()

    monkeypatch.setenv("CONFIRM", ACCOUNT)
    assert main(["deploy"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(f"AWS account {ACCOUNT}")
    assert "ap-northeast-1" in said.err and "USD an hour" in said.err
    assert held(tmp_path) > 0

    monkeypatch.setenv("CONFIRM", "111122223333")
    assert main(["destroy"]) == 2
    assert held(tmp_path) > 0
    monkeypatch.setenv("CONFIRM", ACCOUNT)
    assert main(["destroy"]) == 0
    assert held(tmp_path) == 0
    assert set(aws) == {Target.AWS}
    assert "TF_VAR_allowed_account_ids" not in os.environ


def test_a_missing_vpc_ends_a_deploy_before_terraform(
    aws: list[Target],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CONFIRM", ACCOUNT)
    monkeypatch.setenv("HANDSON_VPC_NAME", "another")
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "false")
    assert main(["deploy"]) == 1
    assert "VPC of the stacks: 0 VPCs named another" in capsys.readouterr().err
    assert not (tmp_path / "cdktf.out").exists()
