# SPDX-License-Identifier: Apache-2.0
"""`make leaks` shows what is left of this project's runs, with the command that deletes it."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.stub import Stubber

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import Unlisted
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind
from cloudmap_harness.aws.tags import ProjectTags
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.vpc import create
from handson.cli import main
from handson.errors import UsageError
from handson.leaks import age_of, describe, leaks
from handson.variables import Variables
from localaws.server import Endpoint
from stacks.settings import PROJECT
from tests.endpoint.cloudmap_harness.aws.abandoned import KINDS, abandon_deployment

OLD = "run-20261120120000-ab12"
AWS_CLI = str(Path(sys.executable).with_name("aws"))


@pytest.fixture(autouse=True)
def checkout_without_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handson.leaks.STATE", tmp_path)


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def test_a_runs_resources_are_found_and_their_commands_delete_them(
    aws: AwsClients, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    abandon_deployment(aws, ProjectTags(PROJECT, OLD))
    aws.ecs.create_cluster(clusterName="somebody-elses")
    found = leaks(aws)
    assert [leak.kind for leak in found] == KINDS
    assert {leak.deployment for leak in found} == {OLD}
    assert leaks(aws, run="run-20261120120000-cd34") == ()

    child = child_environment(Target.LOCAL, {}, endpoint=aws.endpoint, region="ap-northeast-1")
    for line in describe(found, region="ap-northeast-1", endpoint=aws.endpoint).splitlines():
        if line.startswith("    aws "):
            argv = [AWS_CLI, *shlex.split(line)[1:]]
            done = subprocess.run(argv, env=child, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    monkeypatch.setenv("ENDPOINT", str(aws.endpoint))
    left = [leak for leak in leaks(aws) if leak.kind not in ("hosted zone", "Cloud Map namespace")]
    assert left == []
    monkeypatch.setenv("TARGET", "localstack")
    monkeypatch.setenv("RUN", "nobody's")
    assert main(["leaks"]) == 0
    assert capsys.readouterr().out == "nothing has the project's tags or names\n"


def test_what_make_vpc_creates_is_no_leak(aws: AwsClients) -> None:
    vpc_id = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.create_security_group(
        GroupName="x",
        Description="x",
        VpcId=vpc_id,
        TagSpecifications=ProjectTags(PROJECT, "vpc").for_ec2("security-group", "x"),
    )
    assert leaks(aws) == ()


def test_the_vpc_of_a_killed_preflight_is_found(aws: AwsClients) -> None:
    network = create(
        aws, ProjectTags(PROJECT, "check-0123abcd"), CleanupStack()
    )  # Whose exit never comes.
    assert [(leak.kind, leak.id) for leak in leaks(aws, run="check-0123abcd")] == [
        ("subnet", network.subnet_ids[0]),
        ("VPC", network.vpc_id),
    ]


def test_a_runs_age_is_in_its_id() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    cluster = Resource(ResourceKind.ECS_CLUSTER, "arn", deployment=OLD)
    assert age_of(cluster, now) == timedelta(days=3)
    assert age_of(replace(cluster, deployment="default"), now) is None


@pytest.mark.parametrize(
    ("text", "age"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("7d", timedelta(days=7))],
)
def test_ages(text: str, age: timedelta) -> None:
    assert Variables({"AGE": text}).age == age


@pytest.mark.parametrize("text", ["2", "h", "-1h", "1w", "1.5h"])
def test_no_ages(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="AGE: got"):
        _ = Variables({"AGE": text}).age
    monkeypatch.setenv("AGE", text)
    assert main(["leaks"]) == 2
    assert capsys.readouterr().err.startswith("AGE: got")


def test_an_age_leaves_younger_runs_out(aws: AwsClients) -> None:
    young = f"run-{datetime.now(UTC):%Y%m%d%H%M%S}-ab12"
    for deployment in (young, OLD, "default"):
        aws.ecs.create_cluster(
            clusterName=deployment, tags=ProjectTags(PROJECT, deployment).for_ecs()
        )
    old = {leak.deployment for leak in leaks(aws, older_than=timedelta(hours=1))}
    assert old == {OLD, "default"}


def test_a_service_that_the_endpoint_lacks_hides_no_other(aws: AwsClients) -> None:
    abandon_deployment(aws, ProjectTags(PROJECT, OLD))
    absent: list[Unlisted] = []
    with Stubber(aws.ecs) as ecs:
        ecs.add_client_error("list_clusters", "InternalFailure", http_status_code=501)
        found = leaks(aws, on_absent=absent.append)
    assert [leak.kind for leak in found] == KINDS[3:]
    assert [unlisted.service for unlisted in absent] == ["ecs"]


def test_another_refusal_is_raised(aws: AwsClients) -> None:
    with Stubber(aws.ecs) as ecs:
        ecs.add_client_error("list_clusters", "AccessDeniedException", http_status_code=400)
        with pytest.raises(AwsError, match="AccessDeniedException"):
            leaks(aws)


def test_the_zones_of_other_projects_are_no_leaks(aws: AwsClients) -> None:
    """A zone that Cloud Map created has no tags: its name alone says whose it is."""
    for name in (OLD, "check-0123abcd", "cloudmap-handson", "somebody-elses"):
        abandon_deployment(aws, ProjectTags("another", name))
    assert [(leak.kind, leak.deployment) for leak in leaks(aws)] == [
        ("hosted zone", OLD),
        ("hosted zone", "check-0123abcd"),
        ("hosted zone", "default"),
    ]
    assert [leak.deployment for leak in leaks(aws, run=OLD)] == [OLD]
