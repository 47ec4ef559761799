# SPDX-License-Identifier: Apache-2.0
"""Where tests deploy: a target, an account there, and the environment that leads to it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloudmap_harness.aws.account import confirm_account
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import read_health
from cloudmap_harness.aws.targets import Target, child_environment, localstack_endpoint
from cloudmap_harness.errors import TargetError

TIMEOUTS = {Target.LOCAL: 60.0, Target.LOCALSTACK: 180.0, Target.AWS: 600.0}
"""Seconds until the layers of a service agree."""
INTERVALS = {Target.LOCAL: 0.1, Target.LOCALSTACK: 1.0, Target.AWS: 5.0}
"""Seconds between two looks."""


@dataclass(frozen=True)
class Place:
    """A target that can be used: an endpoint that answers, or a confirmed AWS account."""

    target: Target
    region: str
    environ: Mapping[str, str] = field(repr=False)
    """The user's environment, whose secrets are not for pytest's report of a failure."""
    endpoint: str | None = None
    """None on AWS."""
    account: str | None = None
    """The confirmed AWS account; None at an endpoint, where every test may have its own."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What makes Terraform's provider refuse every other account."""


class Environment(dict[str, str]):
    """Environment variables, which pytest does not write into its report of a failure."""

    def __repr__(self) -> str:
        return f"<environment of {len(self)} variables>"


@dataclass(frozen=True)
class Cloud:
    """An account at a place."""

    place: Place
    account: str

    @property
    def environment(self) -> "Environment":
        """The environment of processes that are to work in the account, without any other key."""
        place = self.place
        if place.target is Target.AWS:
            child = child_environment(Target.AWS, place.environ, endpoint=None, region=place.region)
        else:
            child = child_environment(
                place.target,
                place.environ,
                endpoint=place.endpoint,
                region=place.region,
                access_key=self.account,
            )
        return Environment({**child, **place.variables})

    def clients(self) -> AwsClients:
        return AwsClients(self.environment)

    @property
    def timeout(self) -> float:
        return TIMEOUTS[self.place.target]

    @property
    def interval(self) -> float:
        return INTERVALS[self.place.target]


def new_account() -> str:
    """Returns the id of an account that no other test has: twelve digits, the first not zero."""
    return str(10**11 + secrets.randbelow(9 * 10**11))


def local_place(endpoint: str, environ: Mapping[str, str], region: str) -> Place:
    """Returns an embedded endpoint that answers. Raises TargetError and AwsError."""
    if not re.match(r"https?://[^/]", endpoint):
        raise TargetError("--localaws-endpoint", endpoint, "a URL such as http://127.0.0.1:4566")
    health = read_health(endpoint)
    if health is None or health.edition != "localaws":
        answers = "nothing" if health is None else health.name
        raise TargetError("--localaws-endpoint", endpoint, f"a localaws; {answers} answers there")
    return Place(Target.LOCAL, region, environ, endpoint)


def localstack_place(environ: Mapping[str, str], region: str) -> Place:
    """Returns the LocalStack of AWS_ENDPOINT_URL or LOCALSTACK_HOST, if it answers.

    Raises TargetError and AwsError.
    """
    endpoint = localstack_endpoint()
    if read_health(endpoint) is None:
        allowed = "an endpoint that answers: start LocalStack, or set AWS_ENDPOINT_URL"
        raise TargetError("the endpoint", endpoint, allowed)
    return Place(Target.LOCALSTACK, region, environ, endpoint)


def aws_place(
    environ: Mapping[str, str], region: str, *, confirmed: str | None, allow_root: bool
) -> Place:
    """Returns AWS, when the caller's account is the one that was confirmed.

    Raises TargetError and AwsError.
    """
    child = child_environment(Target.AWS, environ, endpoint=None, region=region)
    caller = confirm_account(AwsClients(child), confirmed=confirmed, allow_root=allow_root)
    return Place(
        Target.AWS,
        region,
        environ,
        account=caller.account,
        variables=caller.terraform_variables,
    )
