# SPDX-License-Identifier: Apache-2.0
"""Nothing reaches AWS but by here: the account confirmed, shown, and told to Terraform."""

import sys
from collections.abc import Mapping

from cloudmap_harness.aws.targets import Target

COSTS = """\
  it costs, in the account, about (see aws.amazon.com/fargate/pricing, /route53/pricing):
    0.02 USD an hour for each task of 256 CPU units and 512 MiB, by the second
    0.50 USD a month for the hosted zone, nothing when it goes within 12 hours
    what your VPC costs anyway: a NAT gateway is more than all of this"""


def guarded(target: Target, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, for AWS with the account that CONFIRM names, and no other, allowed.

    Shows account, region and costs first. Raises TargetError and AwsError.
    """
    if target is not Target.AWS:
        return dict(environment)
    from cloudmap_harness.aws.account import confirm_account
    from cloudmap_harness.aws.clients import (
        AwsClients,  # boto3 takes its time: the launcher is here for every target.
    )

    who = confirm_account(AwsClients(environment), environment)
    region = environment["AWS_REGION"]
    print(f"AWS account {who.account} ({who.arn}), {region}", COSTS, sep="\n", file=sys.stderr)
    return {**environment, **who.environment}
