# SPDX-License-Identifier: Apache-2.0
"""Makes the AWS clients for one environment, and turns botocore's errors into AwsError."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cloudmap_harness.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_route53 import Route53Client
    from mypy_boto3_servicediscovery import ServiceDiscoveryClient
    from mypy_boto3_sts import STSClient

# botocore's session variables: name in the config file, environment variable, default, conversion.
_IGNORE_ENDPOINT_URLS = {"ignore_configured_endpoint_urls": (None, None, True, None)}
_IGNORE_USER_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class AwsClients:
    """The clients for an environment (see aws/targets.py).

    With an endpoint, the AWS variables of this process and the user's files are ignored.
    """

    def __init__(self, environment: Mapping[str, str], *, attempts: int = 4) -> None:
        """`attempts` is how often a call is sent until its error counts."""
        self.calls: Counter[str] = Counter()
        """The calls that were answered, by the action that IAM knows: `ecs:ListTasks`."""
        self.sent = 0
        """How often a call was sent, the repetitions included."""
        self.repeated = 0
        """How often a call was sent again, after a throttle or a lost reply."""
        self._counting = Lock()
        self.endpoint = environment.get("AWS_ENDPOINT_URL")
        self.region = region = environment["AWS_REGION"]
        # botocore's max_attempts would be the repetitions alone.
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts}, connect_timeout=5
        )
        if self.endpoint is None:
            session = botocore.session.Session(_IGNORE_ENDPOINT_URLS)
            with self.errors_explained():  # AWS_PROFILE may name no existing profile.
                self._session = boto3.Session(region_name=region, botocore_session=session)
            self._config = config
        else:
            self._session = boto3.Session(
                aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
                region_name=region,
                botocore_session=botocore.session.Session(_IGNORE_USER_FILES),
            )
            # An endpoint is reached without a proxy and without `data-` before its host name.
            self._config = config.merge(Config(proxies={}, inject_host_prefix=False))
        self._session.events.register("after-call", self._count)
        # botocore makes a request for each attempt, so that this counts them as they are sent.
        self._session.events.register("request-created", self._count_attempt)

    @cached_property
    def ec2(self) -> "EC2Client":
        return self._session.client("ec2", endpoint_url=self.endpoint, config=self._config)

    @cached_property
    def ecs(self) -> "ECSClient":
        return self._session.client("ecs", endpoint_url=self.endpoint, config=self._config)

    @cached_property
    def route53(self) -> "Route53Client":
        return self._session.client("route53", endpoint_url=self.endpoint, config=self._config)

    @cached_property
    def servicediscovery(self) -> "ServiceDiscoveryClient":
        return self._session.client(
            "servicediscovery", endpoint_url=self.endpoint, config=self._config
        )

    @cached_property
    def sts(self) -> "STSClient":
        return self._session.client("sts", endpoint_url=self.endpoint, config=self._config)

    def client(self, service: str) -> Any:
        """Returns a client for any other service, by botocore's name."""
        return self._session.client(service, endpoint_url=self.endpoint, config=self._config)  # type: ignore[call-overload]

    def access_key(self) -> str:
        """Returns the access key that signs the calls, empty without one. Raises AwsError."""
        with self.errors_explained():
            credentials = self._session.get_credentials()
            return "" if credentials is None else str(credentials.access_key)

    def profile(self) -> dict[str, Any]:
        """Returns the configuration file's values for the profile and its services section.

        Raises AwsError when the profile does not exist.
        """
        session = self._session._session  # botocore's session, to which boto3 gives no access.
        with self.errors_explained():
            profile = dict(session.get_scoped_config())
            services = session.full_config.get("services", {})
        named: dict[str, Any] = services.get(profile.get("services", ""), {})
        return profile | named

    def _count(self, model: Any, **_: Any) -> None:
        with self._counting:
            # A service signs under the name that its actions have in IAM.
            self.calls[f"{model.service_model.signing_name}:{model.name}"] += 1

    def _count_attempt(self, request: Any, **_: Any) -> None:
        with self._counting:
            self.sent += 1
            self.repeated += request.context.get("retries", {}).get("attempt", 1) > 1

    @contextmanager
    def errors_explained(self) -> Iterator[None]:
        """Raises AwsError, with AWS's code and text, in place of the clients' errors."""
        try:
            yield
        except ClientError as error:
            reply = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise AwsError(error.operation_name, reply["Code"], reply["Message"], status) from error
        except BotoCoreError as error:
            raise AwsError(self.endpoint or "AWS", type(error).__name__, str(error)) from error
