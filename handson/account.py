# SPDX-License-Identifier: Apache-2.0
"""Lets a command reach AWS only when CONFIRM names the account, and shows account and prices."""

import sys

from cloudmap_harness.aws.account import AccountNotConfirmed, RootNotAllowed, confirm_account
from cloudmap_harness.aws.clients import AwsClients
from handson.errors import UsageError
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
    UsageError, TargetError and AwsError when the account must not be reached.
    """
    try:
        caller = confirm_account(
            aws, confirmed=variables.given("CONFIRM"), allow_root=variables.flag("ALLOW_ROOT")
        )
    except AccountNotConfirmed as error:
        who = error.caller
        given = "" if error.confirmed is None else f"; CONFIRM is {error.confirmed}"
        raise UsageError(
            f"set CONFIRM={who.account} (the account of {who.arn}) to continue{given}"
        ) from error
    except RootNotAllowed as error:
        raise UsageError(
            f"the caller is the root user ({error.caller.arn}): use an IAM user or role, "
            "or set ALLOW_ROOT=1"
        ) from error
    region = aws.ec2.meta.region_name
    print(f"AWS account {caller.account} ({caller.arn}), {region}", file=sys.stderr)
    print(PRICES, file=sys.stderr)
    return caller.terraform_variables
