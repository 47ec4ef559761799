# SPDX-License-Identifier: Apache-2.0
"""A state whose deployment has gone is put aside on the local target, and told elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.context import Context
from handson.gone_deployment import put_aside_if_gone
from handson.stack_deployment import StackDeployment, terraform_of
from localaws.server import Endpoint
from stacks.settings import Settings

NAMESPACE = "aws_service_discovery_private_dns_namespace"
GROUP = "aws_security_group"


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def stacks_with(
    folder: Path, aws: AwsClients, target: Target, **ids: str
) -> tuple[StackDeployment, Path]:
    """A deployment of one stack whose state has these resources, and the state's file."""
    stack = folder / "cdktf.out" / "stacks" / "compute"
    stack.mkdir(parents=True)
    backend = {"local": {"path": "../../../terraform.compute.tfstate"}}
    (stack / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": backend}}))
    manifest = {"compute": {"dependencies": [], "workingDirectory": "stacks/compute"}}
    (folder / "cdktf.out" / "manifest.json").write_text(json.dumps({"stacks": manifest}))
    resources = [
        {"mode": "managed", "type": kind, "instances": [{"attributes": {"id": id_}}]}
        for kind, id_ in ids.items()
    ]
    state = folder / "terraform.compute.tfstate"
    state.write_text(json.dumps({"resources": resources}))
    environment = {"CDKTF_OUTDIR": str(folder / "cdktf.out")}
    context = Context(target, Settings(), environment, aws)
    return StackDeployment(context, terraform_of(environment)), state


def test_a_state_of_nothing_that_is_there_is_put_aside(
    tmp_path: Path, aws: AwsClients, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {NAMESPACE: "ns-abcdefghijklmnop", GROUP: "sg-0123456789abcdef0"}
    stacks, state = stacks_with(tmp_path, aws, Target.LOCAL, **gone)
    before = state.read_text()
    put_aside_if_gone(stacks)
    assert not state.exists()
    (aside,) = tmp_path.glob("terraform.compute.tfstate.gone-*.backup")
    assert aside.read_text() == before
    told = capsys.readouterr().err
    assert all(text in told for text in (*gone.values(), str(aside)))


@pytest.mark.parametrize("target", [Target.LOCALSTACK, Target.AWS])
def test_elsewhere_it_is_told_and_kept(
    tmp_path: Path, aws: AwsClients, capsys: pytest.CaptureFixture[str], target: Target
) -> None:
    stacks, state = stacks_with(tmp_path, aws, target, **{GROUP: "sg-0123456789abcdef0"})
    put_aside_if_gone(stacks)
    assert state.exists() and len([*tmp_path.iterdir()]) == 2
    assert "another account or region" in capsys.readouterr().err


def test_a_deployment_that_is_partly_there_is_terraforms_to_mend(
    tmp_path: Path, aws: AwsClients, capsys: pytest.CaptureFixture[str]
) -> None:
    with aws.errors_explained():
        group = aws.ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    ids = {NAMESPACE: "ns-abcdefghijklmnop", GROUP: group}
    stacks, state = stacks_with(tmp_path, aws, Target.LOCAL, **ids)
    put_aside_if_gone(stacks)
    assert state.exists()
    assert capsys.readouterr().err == ""


def test_an_empty_state_is_nobodys(tmp_path: Path, aws: AwsClients) -> None:
    stacks, state = stacks_with(tmp_path, aws, Target.LOCAL)
    put_aside_if_gone(stacks)
    assert state.exists()
