# SPDX-License-Identifier: Apache-2.0
"""Lets a command reach AWS only when CONFIRM names the account, and shows account and prices."""

import sys

from cloudmap_harness.aws.account import confirm_account
from cloudmap_harness.aws.clients import AwsClients
from handson.variables import Variables

PRICES = """\
  it costs, in the account, about (see aws.amazon.com/fargate/pricing, /route53/pricing):
    0.02 USD an hour for each task of 256 CPU units and 512 MiB, by the second
    0.50 USD a month for the hosted zone, nothing when it is deleted within 12 hours
    what your VPC costs anyway: a NAT gateway costs more than all of this"""
"""List prices from memory, in this one place."""


def confirmed_variables(aws: AwsClients, variables: Variables) -> dict[str, str]:
    """Asks AWS who the caller is and prints account, region and prices to stderr.

    Returns the variable that makes Terraform's provider refuse every other account. Raises
    TargetError and AwsError when the account must not be reached.
    """
    caller = confirm_account(aws, variables.environ)
    region = aws.ec2.meta.region_name
    print(
        f"AWS account {caller.account} ({caller.arn}), {region}", PRICES, sep="\n", file=sys.stderr
    )
    return caller.environment
