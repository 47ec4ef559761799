# SPDX-License-Identifier: Apache-2.0
"""Where a deployment goes, as a child process's environment: the code and the JSON never differ.

Imports the standard library only, so that the launcher starts fast.
"""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from cloudmap_harness.errors import TargetError

DUMMY_KEY = "test"
"""Access key and secret for every endpoint that is not AWS."""

_DUMMIES = r"(test(ing)?|mock|dummy|fake|foo|foobar|localstack|minio\w*|x+|\d{12}|LKIA\w+|LSIA\w+)?"
"""Access keys that people give to an emulator; LocalStack's own begin with L."""

_ALLOWED_ACCOUNTS = "TF_VAR_allowed_account_ids"  # Of AWS; an endpoint's account is another.

_SERVICE_ENDPOINTS = {
    f"{prefix}AWS_{service}_ENDPOINT"
    for prefix in ("", "TF_")
    for service in ("DYNAMODB", "IAM", "S3", "STS")
}
"""The Terraform provider's own endpoint variables, older than AWS_ENDPOINT_URL_<SERVICE>."""

_KEPT_ON_AN_ENDPOINT = {"AWS_CA_BUNDLE"}  # A company's proxy certificate: no secret, no address.


class Target(StrEnum):
    """The three places that take the same JSON."""

    LOCAL = "local"
    LOCALSTACK = "localstack"
    AWS = "aws"

    @classmethod
    def parse(cls, text: str) -> "Target":
        """The target of that name; TargetError for any other text."""
        try:
            return cls(text)
        except ValueError as error:
            raise TargetError("TARGET", text, ", ".join(cls)) from error


def child_environment(
    target: Target, environ: Mapping[str, str], *, endpoint: str | None, region: str
) -> dict[str, str]:
    """The environment for a child that talks to `target`.

    For local and localstack nothing of the user's AWS configuration stays and the keys are dummies;
    for AWS no endpoint variable stays. Raises TargetError when keys and endpoint do not fit.
    """
    if target is Target.AWS:
        return _aws(environ, endpoint) | _region(region)
    return _emulated(target, environ, endpoint) | _region(region)


def is_dummy_key(access_key: str) -> bool:
    """Is that no key of AWS's, but one that people give to an emulator?"""
    return re.fullmatch(_DUMMIES, access_key, re.IGNORECASE) is not None


def _aws(environ: Mapping[str, str], endpoint: str | None) -> dict[str, str]:
    if endpoint is not None:
        raise TargetError("ENDPOINT", endpoint, "none with TARGET=aws")
    key = environ.get("AWS_ACCESS_KEY_ID")
    if key is not None and is_dummy_key(key):
        raise TargetError("AWS_ACCESS_KEY_ID", key, "a real access key with TARGET=aws")
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_ENDPOINT_URL") and name not in _SERVICE_ENDPOINTS
    }
    # A profile's endpoint_url in ~/.aws/config counts as an endpoint too.
    return kept | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}


def _emulated(target: Target, environ: Mapping[str, str], endpoint: str | None) -> dict[str, str]:
    allowed = f"an http or https URL that is not AWS's, with TARGET={target}"
    parts = urlsplit(endpoint or "")
    host = parts.hostname or ""
    if endpoint is None or parts.scheme not in ("http", "https") or not host:
        raise TargetError("ENDPOINT", endpoint, allowed)
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        raise TargetError("ENDPOINT", endpoint, allowed)
    kept = {
        name: value
        for name, value in environ.items()
        if name in _KEPT_ON_AN_ENDPOINT
        or not name.startswith(("AWS_", "TF_AWS_", _ALLOWED_ACCOUNTS))
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": DUMMY_KEY,
        "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # DiscoverInstances has `data-` before its host name, which an endpoint's has not.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def _region(region: str) -> dict[str, str]:
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def localstack_endpoint() -> str:
    """The URL that localstack-client would use: AWS_ENDPOINT_URL, LOCALSTACK_HOST or port 4566."""
    from localstack_client.config import get_service_endpoint  # Imports boto3: only when asked.

    return str(get_service_endpoint("sts"))
