# SPDX-License-Identifier: Apache-2.0
"""Turns a target into the environment of a child process: the Terraform JSON is always the same.

Imports the standard library only at import time, so that commands start fast.
"""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from cloudmap_harness.errors import TargetError

DUMMY_KEY = "test"
"""The access key and the secret for every endpoint other than AWS."""

_DUMMIES = r"(test(ing)?|mock|dummy|fake|foo|foobar|localstack|minio\w*|x+|\d{12}|LKIA\w+|LSIA\w+)?"
"""The access keys that people give to an emulator, no key included; LocalStack's begin with L."""

_ALLOWED_ACCOUNTS = "TF_VAR_allowed_account_ids"
"""Names AWS accounts, so it does not go to an endpoint, which has another account."""

_SERVICE_ENDPOINTS = {
    f"{prefix}AWS_{service}_ENDPOINT"
    for prefix in ("", "TF_")
    for service in ("DYNAMODB", "IAM", "S3", "STS")
}
"""The endpoint variables of the Terraform provider, older than AWS_ENDPOINT_URL_<SERVICE>."""

_KEPT_FOR_AN_ENDPOINT = {"AWS_CA_BUNDLE"}
"""The certificates of a company's proxy, which are neither a secret nor an address."""


class Target(StrEnum):
    """The places to which the same Terraform JSON can be deployed."""

    LOCAL = "local"
    LOCALSTACK = "localstack"
    AWS = "aws"

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Returns the target of that name. Raises TargetError for any other text."""
        try:
            return cls(text)
        except ValueError as error:
            raise TargetError("TARGET", text, ", ".join(cls)) from error


def child_environment(
    target: Target,
    environ: Mapping[str, str],
    *,
    endpoint: str | None,
    region: str,
    access_key: str = DUMMY_KEY,
) -> dict[str, str]:
    """Returns the environment of a child process that talks to `target`.

    For local and localstack the user's AWS variables are removed and the keys are dummies:
    `access_key` may be one of twelve digits, which is an account's id. For AWS the endpoint
    variables are removed. Raises TargetError for a dummy key or an endpoint with AWS, and for a
    missing endpoint, one of AWS's or a real key with the others.
    """
    if target is Target.AWS:
        return _aws(environ, endpoint) | _region(region)
    if not is_dummy_key(access_key):
        # The key itself is not repeated: it is half of a secret.
        raise TargetError("the access key", "a real one", f"a dummy for the target {target}")
    emulated = _emulated(target, environ, endpoint) | {"AWS_ACCESS_KEY_ID": access_key}
    return emulated | _region(region)


def is_dummy_key(access_key: str) -> bool:
    """Returns whether an access key is one that people give to an emulator, or empty."""
    return re.fullmatch(_DUMMIES, access_key, re.IGNORECASE) is not None


def _aws(environ: Mapping[str, str], endpoint: str | None) -> dict[str, str]:
    if endpoint is not None:
        raise TargetError("ENDPOINT", endpoint, "none for the target aws")
    key = environ.get("AWS_ACCESS_KEY_ID")
    if key is not None and is_dummy_key(key):
        raise TargetError(
            "AWS_ACCESS_KEY_ID",
            key,
            "a real access key for the target aws",
        )
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_ENDPOINT_URL") and name not in _SERVICE_ENDPOINTS
    }
    # An endpoint_url of a profile in ~/.aws/config is ignored too.
    return kept | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}


def _emulated(target: Target, environ: Mapping[str, str], endpoint: str | None) -> dict[str, str]:
    allowed = f"an http or https URL that is not AWS's, for the target {target}"
    host = _host(endpoint or "")
    if endpoint is None or not host:
        raise TargetError("ENDPOINT", endpoint, allowed)
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        raise TargetError("ENDPOINT", endpoint, allowed)
    kept = {
        name: value
        for name, value in environ.items()
        if name in _KEPT_FOR_AN_ENDPOINT
        or not name.startswith(("AWS_", "TF_AWS_", _ALLOWED_ACCOUNTS))
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": DUMMY_KEY,
        "AWS_SECRET_ACCESS_KEY": DUMMY_KEY,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # DiscoverInstances goes to the host name with `data-` before it; an endpoint has no such
        # name.
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }


def _host(url: str) -> str:
    """Returns the host of an http or https URL, and an empty one of what is no such URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # Raises ValueError for a port that is none; urlsplit itself does not.
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _region(region: str) -> dict[str, str]:
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def localstack_endpoint() -> str:
    """Returns localstack-client's URL: from AWS_ENDPOINT_URL or LOCALSTACK_HOST, else port 4566."""
    from localstack_client.config import get_service_endpoint  # Slow: imports boto3.

    return str(get_service_endpoint("sts"))
