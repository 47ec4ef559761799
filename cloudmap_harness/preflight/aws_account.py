# SPDX-License-Identifier: Apache-2.0
"""Checks an AWS account by reading only: nothing is made there for a check."""

import re
from collections.abc import Callable
from typing import Any

from cloudmap_harness.aws.account import get_caller
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.vpc_lookup import VpcNotFound, VpcSelector, find_vpc
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.checks import Check, run_checks
from cloudmap_harness.preflight.results import Missing, PreflightReport, Skipped

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
"""Actions of a deployment that a narrow policy would most likely leave out."""
FARGATE_VCPUS = ("fargate", "L-3032A538")
_NEVER_PROBED = (
    Capability.HOSTED_ZONE,
    Capability.RECORD_SETS,
    Capability.TASKS,
    Capability.NETWORK_INTERFACES,
    Capability.REGISTRATION,
    Capability.SCALE_IN,
    Capability.DELETE_RULES,
    Capability.DNS,
    Capability.HTTP,
)


def check_account(
    aws: AwsClients, place: str, selector: VpcSelector, *, vcpus: float
) -> PreflightReport:
    """Reads what an account must have for tasks of that many vCPUs together.

    AWS errors become results. `aws` may be any clients that answer for AWS.
    """
    checks = (
        Check(Capability.IDENTITY, (), lambda: _identity(aws)),
        Check(Capability.REGION, (), lambda: _region(aws)),
        Check(Capability.VPC, (), lambda: _vpc(aws, selector)),
        Check(Capability.SERVICE_LINKED_ROLE, (), lambda: _role(aws)),
        Check(Capability.HOSTED_ZONE_QUOTA, (), lambda: _zones(aws)),
        Check(Capability.VCPU_QUOTA, (), lambda: _fargate(aws, vcpus)),
        Check(Capability.PERMISSIONS, (), lambda: _permissions(aws)),
        *(Check(capability, (_is_aws,), str) for capability in _NEVER_PROBED),
    )
    return PreflightReport(place, "AWS, read only", run_checks(checks))


def _is_aws() -> str:
    return "AWS has it; a check makes nothing there"


def _identity(aws: AwsClients) -> str:
    who = get_caller(aws)
    return f"account {who.account}, {who.arn}"


def _region(aws: AwsClients) -> str:
    with aws.errors_explained():
        zones = aws.ec2.describe_availability_zones()["AvailabilityZones"]
    return f"{len(zones)} availability zones in {aws.ec2.meta.region_name}"


def _vpc(aws: AwsClients, selector: VpcSelector) -> str:
    try:
        return str(find_vpc(aws, selector))
    except VpcNotFound as error:
        raise Missing(str(error)) from error


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
    """Has IAM simulate the caller's policies; a role's session is simulated as the role."""
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
    """Returns the reply. Raises Skipped when the caller may not read it or AWS cannot say."""
    try:
        with aws.errors_explained():
            return read()
    except AwsError as error:
        if error.code == "NoSuchEntity":
            raise
        raise Skipped(f"{error.code}: {error.words}") from error
