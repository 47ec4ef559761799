# SPDX-License-Identifier: Apache-2.0
"""The check of an AWS account only reads. The embedded endpoint stands for AWS."""

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_lookup import VpcSelector
from cloudmap_harness.preflight.aws_account import ACTIONS, check_account
from cloudmap_harness.preflight.results import PreflightReport, Verdict
from handson.preflight import show
from localaws.server import Endpoint

ROLE = "service-linked role of ECS"
ARTICLE = VpcSelector("", "cloudmap-handson-vpc", (), "Tier=private")


@pytest.fixture(scope="module")
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def result_of(report: PreflightReport, name: str) -> tuple[Verdict, str]:
    [result] = [result for result in report.results if result.capability == name]
    return result.verdict, result.detail


def test_it_only_reads(aws: AwsClients) -> None:
    calls: list[str] = []
    for client in (aws.ec2, aws.ecs, aws.route53, aws.servicediscovery, aws.sts):
        events = client.meta.events
        events.register("before-call.*.*", lambda model, **_: calls.append(model.name))
    check_account(aws, "aws", ARTICLE, vcpus=1)
    assert calls
    assert [call for call in calls if not call.startswith(("Get", "Describe", "List"))] == []


def test_the_vpc_is_found_or_missing(aws: AwsClients) -> None:
    report = check_account(aws, "aws", ARTICLE, vcpus=1)
    verdict, words = result_of(report, "VPC of the stacks")
    assert verdict is Verdict.HOLDS and "10.0.0.0/16, 2 private subnets" in words
    other = VpcSelector("", "another", (), "Tier=private")
    assert result_of(check_account(aws, "aws", other, vcpus=1), "VPC of the stacks") == (
        Verdict.MISSING,
        "0 VPCs named another, and one is needed",
    )
    untagged = VpcSelector("", "cloudmap-handson-vpc", (), "Tier=none")
    assert (
        "no subnet tagged Tier=none"
        in result_of(check_account(aws, "aws", untagged, vcpus=1), "VPC of the stacks")[1]
    )


def test_a_vpc_without_dns_hostnames_is_missing(aws: AwsClients) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    report = check_account(aws, "aws", VpcSelector(vpc, "", (), "Tier=private"), vcpus=1)
    assert result_of(report, "VPC of the stacks")[1] == f"{vpc} has enableDnsHostnames off"


def test_the_service_linked_role_need_not_exist_yet(aws: AwsClients) -> None:
    assert "not there yet" in result_of(check_account(aws, "aws", ARTICLE, vcpus=1), ROLE)[1]
    aws.client("iam").create_role(
        RoleName="AWSServiceRoleForECS",
        Path="/aws-service-role/ecs.amazonaws.com/",
        AssumeRolePolicyDocument="{}",
    )
    assert (
        "role/aws-service-role" in result_of(check_account(aws, "aws", ARTICLE, vcpus=1), ROLE)[1]
    )


class Simulating(AwsClients):
    """Clients with AWS's answers of IAM and Service Quotas, which moto lacks."""

    denied: tuple[str, ...] = ()

    def client(self, service: str) -> object:
        return self

    def simulate_principal_policy(self, PolicySourceArn: str, ActionNames: list[str]) -> object:
        self.arn = PolicySourceArn
        decisions = {n: "implicitDeny" if n in self.denied else "allowed" for n in ActionNames}
        results = [{"EvalActionName": n, "EvalDecision": d} for n, d in decisions.items()]
        return {"EvaluationResults": results}

    def get_service_quota(self, ServiceCode: str, QuotaCode: str) -> object:
        return {"Quota": {"Value": 6.0}}

    def get_role(self, RoleName: str) -> object:
        return {"Role": {"Arn": f"arn:aws:iam::1:role/{RoleName}"}}


def simulating(aws: AwsClients) -> Simulating:
    return Simulating(
        child_environment(Target.LOCAL, {}, endpoint=aws.endpoint, region="ap-northeast-1")
    )


def test_denied_actions_are_named(aws: AwsClients) -> None:
    clients = simulating(aws)
    clients.denied = ("ecs:CreateCluster",)
    report = check_account(clients, "aws", ARTICLE, vcpus=1)
    assert result_of(report, "permissions by simulation") == (
        Verdict.MISSING,
        "denied: ecs:CreateCluster",
    )
    clients.denied = ()
    report = check_account(clients, "aws", ARTICLE, vcpus=1)
    assert result_of(report, "permissions by simulation")[1] == f"{len(ACTIONS)} actions allowed"


def test_too_few_vcpus_are_missing(aws: AwsClients) -> None:
    report = check_account(simulating(aws), "aws", ARTICLE, vcpus=250)
    assert result_of(report, "quota: Fargate vCPUs") == (
        Verdict.MISSING,
        "250 are wanted, 6 allowed",
    )


def test_what_may_not_be_read_is_not_checked(aws: AwsClients) -> None:
    report = check_account(aws, "aws", ARTICLE, vcpus=1)
    verdict, words = result_of(report, "permissions by simulation")
    assert verdict is Verdict.NOT_CHECKED and words
    assert report.missing == ()


def test_no_task_is_started_for_a_check(aws: AwsClients) -> None:
    report = check_account(aws, "aws", ARTICLE, vcpus=1)
    assert result_of(report, "ECS runs tasks") == (
        Verdict.NOT_CHECKED,
        "AWS has it; a check makes nothing there",
    )


def test_the_table_fits_80_columns(aws: AwsClients) -> None:
    recorded = Console(width=80, record=True, file=io.StringIO())
    show(recorded, check_account(aws, "aws", ARTICLE, vcpus=1))
    text = recorded.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "not checked" in text
