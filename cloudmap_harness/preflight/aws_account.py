# SPDX-License-Identifier: Apache-2.0
"""Which links AWS itself has, by reading only: nothing is made in an account for a check."""

import re
from collections.abc import Callable
from typing import Any

from cloudmap_harness.aws.account import get_caller
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.vpc_lookup import VpcSelector, find
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.endpoint import LINKS
from cloudmap_harness.preflight.results import Missing, PreflightReport, Skipped, probe

ROLE = "AWSServiceRoleForECS"
ACTIONS = (
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateSecurityGroup",
    "ecs:CreateCluster",
    "ecs:CreateService",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "route53:CreateHostedZone",
    "servicediscovery:CreatePrivateDnsNamespace",
    "servicediscovery:CreateService",
    "servicediscovery:DeleteNamespace",
)
"""What the stacks do that a narrow policy would most likely leave out."""
FARGATE_VCPUS = ("fargate", "L-3032A538")
_PROBED = LINKS[3:]


def check_aws(
    aws: AwsClients, place: str, selector: VpcSelector, *, vcpus: float
) -> PreflightReport:
    """Read what an account must have for tasks of that many vCPUs together.

    `aws` may be any clients that answer for AWS. Raises nothing of AWS's.
    """
    steps: dict[str, Callable[[], str]] = {
        LINKS[1]: lambda: _identity(aws),
        "region is enabled": lambda: _region(aws),
        LINKS[2]: lambda: str(find(aws, selector)),
        "service-linked role of ECS": lambda: _role(aws),
        "quota: hosted zones": lambda: _zones(aws),
        "quota: Fargate vCPUs": lambda: _fargate(aws, vcpus),
        "permissions by simulation": lambda: _permissions(aws),
    }
    links = [probe(name, step) for name, step in steps.items()]
    links += [probe(name, _never_probed) for name in _PROBED]
    return PreflightReport(place, "AWS, read only", tuple(links))


def _never_probed() -> str:
    raise Skipped("AWS has it; a check makes nothing there")


def _identity(aws: AwsClients) -> str:
    who = get_caller(aws)
    return f"account {who.account}, {who.arn}"


def _region(aws: AwsClients) -> str:
    with aws.errors_explained():
        zones = aws.ec2.describe_availability_zones()["AvailabilityZones"]
    return f"{len(zones)} availability zones in {aws.ec2.meta.region_name}"


def _role(aws: AwsClients) -> str:
    try:
        arn = _allowed(aws, lambda: aws.client("iam").get_role(RoleName=ROLE))["Role"]["Arn"]
        return str(arn)
    except AwsError as error:
        if error.code != "NoSuchEntity":
            raise
        return "not there yet: ECS makes it with the first cluster"


def _zones(aws: AwsClients) -> str:
    def limit() -> Any:
        return aws.route53.get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")

    reply = _allowed(aws, limit)
    used, most = reply["Count"], reply["Limit"]["Value"]
    if used >= most:
        raise Missing(f"{used} of {most} are used")
    return f"{used} of {most} are used"


def _fargate(aws: AwsClients, vcpus: float) -> str:
    service, quota = FARGATE_VCPUS

    def get() -> Any:
        return aws.client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=quota)

    most = _allowed(aws, get)["Quota"]["Value"]
    if vcpus > most:
        raise Missing(f"{vcpus:g} are wanted, {most:g} allowed")
    return f"{vcpus:g} are wanted, {most:g} allowed for all tasks of the region"


def _permissions(aws: AwsClients) -> str:
    """IAM's simulation of the caller's policies; a role's session is simulated as the role."""
    arn = re.sub(r":sts:(.*):assumed-role/([^/]+)/.*", r":iam:\1:role/\2", get_caller(aws).arn)

    def simulate() -> Any:
        return aws.client("iam").simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=list(ACTIONS)
        )

    results = _allowed(aws, simulate)["EvaluationResults"]
    denied = [r["EvalActionName"] for r in results if r["EvalDecision"] != "allowed"]
    if denied:
        raise Missing(f"denied: {', '.join(denied)}")
    return f"{len(results)} actions allowed"


def _allowed(aws: AwsClients, read: Callable[[], Any]) -> Any:
    """What it gives. Raises Unchecked when we may not read it, or AWS cannot say."""
    try:
        with aws.errors_explained():
            return read()
    except AwsError as error:
        if error.code == "NoSuchEntity":
            raise
        raise Skipped(f"{error.code}: {error.words}") from error
