# SPDX-License-Identifier: Apache-2.0
"""What `make check-target` says of three endpoints is what they have, and it leaves nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.preflight.results import PreflightReport, Verdict
from handson.context import Context
from handson.preflight import preflight_report
from localaws.server import Endpoint
from stacks.settings import Settings
from tests.support.other_emulators import ministack as ministack  # Fixtures, for this file.
from tests.support.other_emulators import moto_server as moto_server
from tests.support.paths import CHECKOUT

HOLDS, MISSING, NOT_CHECKED = Verdict


@pytest.fixture
def embedded() -> Iterator[str]:
    with Endpoint() as endpoint:
        yield endpoint.url


def clients(url: str) -> AwsClients:
    return AwsClients(
        child_environment(Target.LOCALSTACK, {}, endpoint=url, region="ap-northeast-1")
    )


def at(target: Target, aws: AwsClients) -> Context:
    return Context(target, Settings(), {}, aws)


def verdicts(report: PreflightReport) -> dict[str, Verdict]:
    return {result.capability: result.verdict for result in report.results}


def remains(aws: AwsClients) -> list[str]:
    """All that an endpoint holds of the kinds that a check makes, but for default VPCs."""
    clusters = aws.ecs.list_clusters()["clusterArns"]
    states = aws.ecs.describe_clusters(clusters=clusters)["clusters"] if clusters else []
    groups = aws.ec2.describe_security_groups()["SecurityGroups"]
    return [
        *(c["clusterName"] for c in states if c["status"] != "INACTIVE"),
        *aws.ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"],
        *(n["Name"] for n in aws.servicediscovery.list_namespaces()["Namespaces"]),
        *(s["Name"] for s in aws.servicediscovery.list_services()["Services"]),
        *(z["Name"] for z in aws.route53.list_hosted_zones()["HostedZones"]),
        *(g["GroupName"] for g in groups if g["GroupName"] != "default"),
        *(v["CidrBlock"] for v in aws.ec2.describe_vpcs()["Vpcs"] if "10.255" in v["CidrBlock"]),
        *(s["CidrBlock"] for s in aws.ec2.describe_subnets()["Subnets"] if "10.255" in str(s)),
    ]


def test_the_embedded_endpoint_has_every_link(embedded: str) -> None:
    aws = clients(embedded)
    report = preflight_report(at(Target.LOCAL, aws))
    assert set(verdicts(report).values()) == {HOLDS}, report
    assert (report.notes, remains(aws)) == ((), [])


def test_seen_as_localstack_it_is_not_stood_in(embedded: str) -> None:
    found = verdicts(preflight_report(at(Target.LOCALSTACK, clients(embedded))))
    assert {name for name, verdict in found.items() if verdict is NOT_CHECKED} == {"DNS", "HTTP"}
    assert MISSING not in found.values()


def test_what_plain_moto_lacks(moto_server: str) -> None:
    aws = clients(moto_server)
    report = preflight_report(at(Target.LOCALSTACK, aws))
    assert verdicts(report) == {
        "endpoint reachable": HOLDS,
        "identity": HOLDS,
        "VPC of the stacks": MISSING,
        "namespace makes zone": MISSING,
        "record set per instance": MISSING,
        "ECS runs tasks": MISSING,
        "ENIs in the subnet": NOT_CHECKED,
        "tasks registered": NOT_CHECKED,
        "records go on scale-in": NOT_CHECKED,
        "delete rules": MISSING,
        "DNS": NOT_CHECKED,
        "HTTP": NOT_CHECKED,
    }
    assert remains(aws) == []
    assert "internal-hz" in report.results[3].detail
    assert any("outlives its namespace" in note for note in report.notes)


def test_what_ministack_lacks(ministack: str) -> None:
    aws = clients(ministack)
    report = preflight_report(at(Target.LOCALSTACK, aws))
    assert verdicts(report) == {
        "endpoint reachable": HOLDS,
        "identity": HOLDS,
        "VPC of the stacks": MISSING,
        "namespace makes zone": HOLDS,
        "record set per instance": MISSING,
        "ECS runs tasks": HOLDS,
        "ENIs in the subnet": MISSING,
        "tasks registered": MISSING,
        "records go on scale-in": NOT_CHECKED,
        "delete rules": MISSING,
        "DNS": NOT_CHECKED,
        "HTTP": NOT_CHECKED,
    }
    assert remains(aws) == []


def test_nobody_answers() -> None:
    report = preflight_report(at(Target.LOCALSTACK, clients("http://127.0.0.1:1")))
    assert verdicts(report).pop("endpoint reachable") is MISSING
    assert [result.capability for result in report.missing] == ["endpoint reachable"]


def test_a_missing_link_is_named_before_terraform_starts(terraform: str, moto_server: str) -> None:
    """Terraform is never started: the program in its place is `false`.

    The commands run side by side, as each waits for what plain moto does not do.
    """
    commands = [
        ["handson", "check-target"],
        ["handson", "deploy"],
        ["handson", "test-live"],
        ["pytest", "tests/live/test_handson.py", "--target=localstack"],
    ]
    environ = {
        **os.environ,
        "TARGET": "localstack",
        "ENDPOINT": moto_server,
        "TERRAFORM_BINARY_NAME": "false",
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=CHECKOUT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    for command, process in zip(commands, started, strict=True):
        said, _ = process.communicate()
        for folder in (CHECKOUT / ".state" / "live").glob(f"*-{process.pid}"):
            shutil.rmtree(folder)  # The logs of a run that failed.
        assert process.returncode == 1, (command, said)
        assert "ECS runs tasks" in said
        assert "none was begun" in said
        assert "Traceback" not in said
