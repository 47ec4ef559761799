# SPDX-License-Identifier: Apache-2.0
"""From the environment to the AWS clients: an endpoint with dummy keys, or AWS with real ones."""

from collections.abc import Mapping

import boto3
import botocore.exceptions
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from cloudmap_harness.aws.account import refuse_configured_endpoints
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import DUMMY_KEY, Target, child_environment, is_dummy_key
from cloudmap_harness.errors import AwsError, TargetError

ATTEMPTS = 8
"""How often a call is sent: a region of hundreds of services is throttled now and then."""


ENDPOINTS = "an http or https URL that is not AWS's, with an IP address or a host name of DNS"
"""Those that can be asked: botocore takes no underscore in a host's name, for one."""


def clients_for(environ: Mapping[str, str]) -> AwsClients:
    """Returns the clients for AWS_ENDPOINT_URL, or for AWS where that is not set.

    An endpoint gets the access key when that is a dummy, which may name an account, and never a
    real one. Raises TargetError for a missing region and an endpoint that is none, and on AWS for a
    profile that does not exist or has an endpoint_url, and for a dummy key.
    """
    endpoint = environ.get("AWS_ENDPOINT_URL") or None
    region = _region(environ, endpoint)
    if endpoint:
        key = environ.get("AWS_ACCESS_KEY_ID") or DUMMY_KEY
        try:
            child = child_environment(
                Target.LOCALSTACK,
                environ,
                endpoint=endpoint,
                region=region,
                access_key=key if is_dummy_key(key) else DUMMY_KEY,
            )
        except TargetError as error:
            raise TargetError("AWS_ENDPOINT_URL", endpoint, ENDPOINTS) from error
        if not (is_valid_endpoint_url(endpoint) or is_valid_ipv6_endpoint_url(endpoint)):
            raise TargetError("AWS_ENDPOINT_URL", endpoint, ENDPOINTS)
        return AwsClients(child, attempts=ATTEMPTS)
    child = child_environment(Target.AWS, environ, endpoint=None, region=region)
    try:
        aws = AwsClients(child, attempts=ATTEMPTS)
    except AwsError as error:
        raise _profile_error(environ, error.words) from error
    key = aws.access_key()
    if is_dummy_key(key):
        allowed = "a real one for AWS, or AWS_ENDPOINT_URL for another endpoint"
        raise TargetError("the access key", key, allowed)
    refuse_configured_endpoints(aws)
    return aws


def _region(environ: Mapping[str, str], endpoint: str | None) -> str:
    """The region of the variables, else that of the profile."""
    given = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not given and not endpoint:
        try:
            given = boto3.Session().region_name
        except botocore.exceptions.BotoCoreError as error:
            raise _profile_error(environ, str(error)) from error
    if not given:
        raise TargetError("AWS_REGION", given, "a region such as eu-west-1")
    return given


def _profile_error(environ: Mapping[str, str], reason: str) -> TargetError:
    """The error for the user's files, which are read before any call is made."""
    name = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
    return TargetError("AWS_PROFILE", name, f"one of the AWS configuration files. {reason}")
