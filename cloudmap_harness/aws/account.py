# SPDX-License-Identifier: Apache-2.0
"""Confirms the AWS account before anything is sent to AWS, and identifies the caller.

Only STS answers for the caller, so that a test can let any endpoint stand for AWS.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import is_dummy_key
from cloudmap_harness.errors import TargetError


@dataclass(frozen=True)
class Caller:
    """The caller's identity, as STS returns it."""

    account: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether the caller is the account's root user."""
        return re.fullmatch(r"arn:[a-z-]+:iam::\d+:root", self.arn) is not None

    @property
    def terraform_variables(self) -> dict[str, str]:
        """The variables that make Terraform's provider refuse every other account.

        The configuration must give the Terraform variable `allowed_account_ids` to its provider.
        """
        return {"TF_VAR_allowed_account_ids": json.dumps([self.account])}


class AccountNotConfirmed(TargetError):
    """Raised when the user confirmed another account than the caller's, or none."""

    def __init__(self, caller: Caller, confirmed: str | None) -> None:
        """`confirmed` is the account that the user named; None when the user named none."""
        allowed = f"{caller.account}, the account of {caller.arn}"
        super().__init__("the confirmed account", confirmed, allowed)
        self.caller, self.confirmed = caller, confirmed


class RootNotAllowed(TargetError):
    """Raised when the caller is the account's root user and the user did not allow that."""

    def __init__(self, caller: Caller) -> None:
        super().__init__("the caller", caller.arn, "an IAM user or role, not the root user")
        self.caller = caller


def get_caller(aws: AwsClients) -> Caller:
    """Returns the caller by STS's GetCallerIdentity. Raises AwsError."""
    with aws.errors_explained():
        reply = aws.sts.get_caller_identity()
    return Caller(reply["Account"], reply["Arn"])


def confirm_account(aws: AwsClients, *, confirmed: str | None, allow_root: bool) -> Caller:
    """Returns the caller when `confirmed` is its account.

    Raises AccountNotConfirmed, RootNotAllowed unless `allow_root`, and AwsError. Raises TargetError
    before the first call when the access key is a dummy or the profile has an endpoint_url.
    """
    key = aws.access_key()
    if is_dummy_key(key):
        raise TargetError("the access key", key, "a real one for AWS")
    refuse_configured_endpoints(aws)
    caller = get_caller(aws)
    if confirmed != caller.account:
        raise AccountNotConfirmed(caller, confirmed)
    if caller.is_root and not allow_root:
        raise RootNotAllowed(caller)
    return caller


def refuse_configured_endpoints(aws: AwsClients) -> None:
    """Raises TargetError when the profile sends calls for AWS to another endpoint."""
    for where, url in _configured_endpoints(aws.profile()):
        raise TargetError(where, url, "no endpoint_url in the profile for AWS")


def _configured_endpoints(profile: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yields each endpoint_url of a profile and of the services section that the profile names."""
    for name, value in profile.items():
        if name == "endpoint_url":
            yield "the profile's endpoint_url", str(value)
        elif isinstance(value, Mapping) and "endpoint_url" in value:
            yield f"the profile's endpoint_url of {name}", str(value["endpoint_url"])
