# SPDX-License-Identifier: Apache-2.0
"""What has to be true before anything goes to AWS: the account that was meant, and a caller's own.

The clients say who the caller is, so whatever answers them can stand in for AWS in a test.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import is_dummy
from cloudmap_harness.errors import TargetError


@dataclass(frozen=True)
class Caller:
    """Who AWS says that we are."""

    account: str
    arn: str

    @property
    def is_root(self) -> bool:
        return re.fullmatch(r"arn:[a-z-]+:iam::\d+:root", self.arn) is not None

    @property
    def environment(self) -> dict[str, str]:
        """Has Terraform's provider refuse every other account."""
        return {"TF_VAR_allowed_account_ids": json.dumps([self.account])}


def get_caller(aws: AwsClients) -> Caller:
    """STS's GetCallerIdentity. Raises AwsError."""
    with aws.errors_explained():
        reply = aws.sts.get_caller_identity()
    return Caller(reply["Account"], reply["Arn"])


def confirm_account(aws: AwsClients, environ: Mapping[str, str]) -> Caller:
    """The caller, when CONFIRM names its account. Raises TargetError and AwsError.

    Nothing is sent with a dummy key, or when a profile sends some service elsewhere. The root user
    needs ALLOW_ROOT=1.
    """
    key = aws.access_key()
    if is_dummy(key):
        raise TargetError("the access key", key, "a real one with TARGET=aws")
    for where, url in _configured_endpoints(aws.profile()):
        raise TargetError(where, url, "no endpoint_url in the profile with TARGET=aws")
    who = get_caller(aws)
    if environ.get("CONFIRM") != who.account:
        allowed = f"{who.account}, the account of {who.arn}, with TARGET=aws"
        raise TargetError("CONFIRM", environ.get("CONFIRM"), allowed)
    if who.is_root and environ.get("ALLOW_ROOT") != "1":
        raise TargetError("the caller", who.arn, "an IAM user or role, or ALLOW_ROOT=1")
    return who


def _configured_endpoints(profile: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The endpoint_url of a profile and of the services section that it names."""
    for name, value in profile.items():
        if name == "endpoint_url":
            yield "the profile's endpoint_url", str(value)
        elif isinstance(value, Mapping) and "endpoint_url" in value:
            yield f"the profile's endpoint_url of {name}", str(value["endpoint_url"])
