# SPDX-License-Identifier: Apache-2.0
"""State in S3, shared by two checkouts: the lock keeps them apart, and a dead one is explained."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.errors import TerraformError
from cloudmap_harness.terraform import driver as harness_terraform
from cloudmap_harness.terraform.deployment import Deployment
from handson.project import SYNTHESIS
from handson.stack_outputs import COUNTED, count_variable
from localaws.server import Endpoint
from tests.support.root_module import REGION, environment_at
from tests.support.waiting import eventually

BUCKET = "team-state"
LOCK = "cloudmap-handson/default/compute.tfstate.tflock"
LATE = 120.0


@pytest.fixture
def team(terraform: str) -> Iterator[dict[str, str]]:
    """The environment of everyone in the team: one account, one bucket."""
    with Endpoint() as endpoint, environment_at(endpoint.url) as environment:
        AwsClients(environment).client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield {**environment, "HANDSON_STATE_BUCKET": BUCKET}


def keys(team: dict[str, str]) -> list[str]:
    listed: Any = AwsClients(team).client("s3").list_objects_v2(Bucket=BUCKET)
    return [each["Key"] for each in listed.get("Contents", [])]


def eventually_locked(team: dict[str, str]) -> None:
    eventually(lambda: LOCK in keys(team), what="the lock of the apply", within=LATE)


def test_two_applies_at_once(
    team: dict[str, str], terraform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a checkout whose apply holds the lock
    WHEN another checkout applies the same stack, and a third one after the first was killed
    THEN the lock refuses both, with what to do; released, the next apply completes the deployment.
    """
    monkeypatch.setattr(harness_terraform, "LOCK_TIMEOUT", "0s")
    first = Deployment(tmp_path / "first" / "cdktf.out", team, SYNTHESIS)
    second = Deployment(tmp_path / "second" / "cdktf.out", team, SYNTHESIS)
    first.synth()
    second.synth()
    first_deploys = Thread(target=first.apply, args=(count_variable(1),))
    first_deploys.start()
    try:
        eventually_locked(team)
        with pytest.raises(TerraformError, match="acquiring the state lock") as refused:
            second.apply(count_variable(2), only=COUNTED)
        assert "force-unlock" in str(refused.value)
    finally:
        first_deploys.join(LATE)
    first.check_plan_is_empty(count_variable(1))
    assert LOCK not in keys(team)
    second.apply(count_variable(2), only=COUNTED)
    assert first.output()["compute"]["desired_count"] == 2

    [compute] = [stack for stack in first.stacks() if stack.name == "compute"]
    killed = subprocess.Popen(
        [terraform, "apply", "-auto-approve", "-no-color", "-var=desired_count=3"],
        cwd=compute.folder,
        env=team,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        eventually_locked(team)
    finally:
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
    with pytest.raises(TerraformError, match="If it was killed") as locked:
        second.apply(count_variable(4), only=COUNTED)
    [release] = [line for line in str(locked.value).splitlines() if " force-unlock -force " in line]
    subprocess.run(shlex.split(release), env=team, check=True, stdout=subprocess.DEVNULL)
    second.apply(count_variable(4), only=COUNTED)
    assert first.output()["compute"]["desired_count"] == 4
    second.destroy()
    assert first.output() == {"network-inputs": {}, "discovery": {}, "compute": {}}
    assert list(tmp_path.rglob("terraform.*.tfstate")) == []


def test_a_bucket_that_is_not_there_is_told(team: dict[str, str], tmp_path: Path) -> None:
    elsewhere = team | {"HANDSON_STATE_BUCKET": "nobody-s-bucket"}
    deployment = Deployment(tmp_path / "cdktf.out", elsewhere, SYNTHESIS)
    deployment.synth()
    with pytest.raises(TerraformError, match="nobody-s-bucket"):
        deployment.apply(count_variable(1))
