# SPDX-License-Identifier: Apache-2.0
"""What bears the project's tags is found with the command that removes it; nothing else is."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.inventory import Leak, leaks
from cloudmap_harness.aws.tags import PROJECT, ecs_tags, specification, tags
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.cleanup import CleanupStack
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.vpc import create
from cloudmap_harness.waiting import wait_for
from handson.cli import main
from handson.errors import UsageError
from handson.leaks import describe
from handson.variables import Variables
from localaws.server import Endpoint
from stacks.settings import PROJECT as PROJECT_OF_THE_STACKS

OLD = "run-20261120120000-ab12"
AWS_CLI = str(Path(sys.executable).with_name("aws"))


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def litter(aws: AwsClients, deployment: str) -> None:
    """One of each kind that a deployment leaves behind."""
    vpc: Any = aws.ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["false"]}])
    vpc_id = vpc["Vpcs"][0]["VpcId"]
    aws.ec2.create_security_group(
        GroupName=deployment,
        Description="x",
        VpcId=vpc_id,
        TagSpecifications=specification("security-group", deployment, deployment),
    )
    aws.ecs.create_cluster(clusterName=deployment, tags=ecs_tags(deployment))
    aws.ecs.register_task_definition(
        family=deployment,
        containerDefinitions=[{"name": "a", "image": "httpd"}],
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        tags=ecs_tags(deployment),
    )
    subnet = aws.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    aws.ecs.create_service(
        cluster=deployment,
        serviceName="web",
        taskDefinition=deployment,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [subnet["Subnets"][0]["SubnetId"]]}
        },
    )
    aws.servicediscovery.create_private_dns_namespace(
        Name=f"{deployment}.internal", Vpc=vpc_id, Tags=tags(deployment)
    )
    namespaces = wait_for(
        lambda: [
            each
            for each in aws.servicediscovery.list_namespaces()["Namespaces"]
            if each["Name"] == f"{deployment}.internal"
        ],
        lambda found: [] if found else ["no namespace"],
        expected="the namespace",
        timeout=30.0,
        interval=0.05,
    )
    aws.servicediscovery.create_service(
        Name="web",
        NamespaceId=namespaces[0]["Id"],
        DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 60}]},
        Tags=tags(deployment),
    )


KINDS = [
    "ECS service",
    "ECS cluster",
    "task definition",
    "Cloud Map service",
    "Cloud Map namespace",
    "hosted zone",
    "security group",
]


def test_everything_of_a_run_is_found_and_its_commands_remove_it(
    aws: AwsClients, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    litter(aws, OLD)
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


def test_what_make_vpc_made_is_no_leak(aws: AwsClients) -> None:
    vpc_id = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.create_security_group(
        GroupName="x",
        Description="x",
        VpcId=vpc_id,
        TagSpecifications=specification("security-group", "x", "vpc"),
    )
    assert leaks(aws) == ()


def test_the_network_of_a_killed_check_is_found(aws: AwsClients) -> None:
    network = create(aws, "check-0123abcd", CleanupStack())  # Whose exit never comes.
    assert [(leak.kind, leak.id) for leak in leaks(aws, run="check-0123abcd")] == [
        ("subnet", network.subnet_ids[0]),
        ("VPC", network.vpc_id),
    ]


def test_age_is_told_by_the_runs_id() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert Leak("", "", OLD, "").age(now) == timedelta(days=3)
    assert Leak("", "", "default", "").age(now) is None


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


def test_young_ones_are_left_out_when_an_age_is_asked(aws: AwsClients) -> None:
    young = f"run-{datetime.now(UTC):%Y%m%d%H%M%S}-ab12"
    for deployment in (young, OLD, "default"):
        aws.ecs.create_cluster(clusterName=deployment, tags=ecs_tags(deployment))
    old = {leak.deployment for leak in leaks(aws, older_than=timedelta(hours=1))}
    assert old == {OLD, "default"}


def test_stacks_and_harness_mean_the_same_project() -> None:
    assert PROJECT == PROJECT_OF_THE_STACKS


def test_instances_are_listed_beyond_the_first_page(aws: AwsClients) -> None:
    litter(aws, OLD)
    client = aws.servicediscovery
    [service] = client.list_services()["Services"]
    for number in range(101):
        client.register_instance(
            ServiceId=service["Id"],
            InstanceId=f"i-{number:03}",
            Attributes={"AWS_INSTANCE_IPV4": f"10.0.8.{number + 4}"},
        )

    def listed() -> list[str]:
        return [leak.id for leak in leaks(aws) if leak.kind == "Cloud Map instance"]

    found = wait_for(
        listed,
        lambda ids: [] if len(ids) == 101 else [f"{len(ids)} of 101 instances"],
        expected="every instance",
        timeout=30.0,
        interval=0.2,
    )
    assert sorted(found) == [f"i-{number:03}" for number in range(101)]


def test_a_service_that_the_endpoint_lacks_hides_no_other(aws: AwsClients) -> None:
    litter(aws, OLD)
    absent: list[AwsError] = []
    with Stubber(aws.ecs) as ecs:
        for operation in ("list_clusters", "list_clusters", "list_task_definitions"):
            ecs.add_client_error(operation, "InternalFailure", http_status_code=501)
        found = leaks(aws, on_absent=absent.append)
    assert [leak.kind for leak in found] == KINDS[3:]
    assert [error.where for error in absent] == [
        "ListClusters",
        "ListClusters",
        "ListTaskDefinitions",
    ]


def test_another_refusal_is_not_taken_for_nothing(aws: AwsClients) -> None:
    with Stubber(aws.ecs) as ecs:
        ecs.add_client_error("list_clusters", "AccessDeniedException", http_status_code=400)
        with pytest.raises(AwsError, match="AccessDeniedException"):
            leaks(aws)
