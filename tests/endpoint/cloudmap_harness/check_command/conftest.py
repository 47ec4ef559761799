# SPDX-License-Identifier: Apache-2.0
"""An endpoint with a shop of services that agree, and the command as its users run it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import pytest
import urllib3
from moto.core.base_backend import BackendDict
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.models import route53_backends

from cloudmap_harness.check_command.command import run
from localaws import runtime
from localaws.dns_records import DnsRecordSet
from localaws.hosted_zones import ManagedZone
from localaws.route53 import HostedZones
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import REGION, Account
from tests.support.environment import environment_without
from tests.support.interrupts import orderly_interrupts as orderly_interrupts
from tests.support.paths import CHECKOUT


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    settings = EndpointSettings(
        port=0, tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02
    )
    with Endpoint(settings) as endpoint:
        yield endpoint


@pytest.fixture
def aws(endpoint: Endpoint) -> Account:
    """The default account, with nothing in it but the article's VPC."""
    with runtime.LOCK:
        BackendDict.reset()
    return Account(endpoint.url)


@dataclass
class Shop:
    """A namespace with a Cloud Map service, in which an ECS service registers two tasks."""

    aws: Account
    namespace: str
    registry: str

    def publish(self, identifier: str, *record_sets: DnsRecordSet) -> None:
        """Write record sets under an instance's identifier, past Cloud Map."""
        backend = cast(HostedZones, route53_backends[DEFAULT_ACCOUNT_ID]["aws"])
        zone_id = self.aws.zone_id(self.namespace)
        with runtime.LOCK:
            zone = backend.get_hosted_zone(zone_id)
            assert isinstance(zone, ManagedZone)
            zone.publish({(self.registry, identifier): record_sets})


@pytest.fixture
def shop(aws: Account) -> Shop:
    namespace = aws.namespace("shop.internal")
    registry = aws.service(namespace, "web")
    aws.ecs_service(registry, desired=2, name="web")
    aws.steady(2, "web")
    return Shop(aws, namespace, registry)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def kinds(self) -> list[str]:
        """The kinds of all problems of the services."""
        return [each["kind"] for s in self.json["services"] for each in s["problems"]]


Check = Callable[..., Ran]

THROTTLED = {"error": {"statusCode": 400, "code": "ThrottlingException"}}
"""What a fault answers that the SDK takes for a throttle, and repeats."""


@pytest.fixture
def check(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    """Runs the command with these arguments, at the endpoint."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    monkeypatch.setenv("AWS_REGION", REGION)

    def ran(*arguments: str) -> Ran:
        code = run(arguments)
        return Ran(code, *capsys.readouterr())

    return ran


@contextmanager
def faulty(url: str, fault: dict[str, object]) -> Iterator[None]:
    """Has the endpoint fail in that way within the block."""
    faults = f"{url}/_localaws/faults"
    with urllib3.PoolManager() as http:
        assert http.request("POST", faults, json=fault).status < 300
        try:
            yield
        finally:
            http.request("DELETE", faults)


def started(
    url: str, *arguments: str, out: int | IO[str] = subprocess.PIPE, **variables: str
) -> "subprocess.Popen[str]":
    """Starts the command as a process of its own, at that endpoint."""
    environ = environment_without("AWS_") | {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION}
    return subprocess.Popen(
        [sys.executable, "-m", "cloudmap_harness.check_command", *arguments],
        cwd=CHECKOUT,
        env=environ | variables,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )


def without_progress(errors: str) -> list[str]:
    """The lines of stderr but those of the progress, which a busy machine brings."""
    return [line for line in errors.splitlines() if not line.startswith("reading: ")]
