# SPDX-License-Identifier: Apache-2.0
"""More tasks than the private subnets have addresses for are refused before Terraform starts."""

from collections.abc import Iterator
from typing import Any

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.results import Verdict
from handson import preflight
from handson.context import Context
from handson.errors import HandsonError
from handson.preflight import preflight_report, require_addresses, require_capabilities
from localaws.server import Endpoint
from stacks.settings import Settings


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def at(aws: AwsClients, **settings: Any) -> Context:
    return Context(Target.LOCAL, Settings(**settings), {}, aws)


def test_two_subnets_of_a_slash_24_take_502_tasks(aws: AwsClients) -> None:
    require_addresses(at(aws, desired_count=502))
    with pytest.raises(HandsonError, match="DESIRED=503: .*10.0.8.0/24, 10.0.9.0/24 have 502 free"):
        require_addresses(at(aws, desired_count=503))


def test_an_interface_that_is_there_takes_an_address(aws: AwsClients) -> None:
    private = [{"Name": "tag:Tier", "Values": ["private"]}]
    subnets = aws.ec2.describe_subnets(Filters=private)["Subnets"]  # type: ignore[arg-type]
    aws.ec2.create_network_interface(SubnetId=subnets[0]["SubnetId"])
    with pytest.raises(HandsonError, match="have 501 free"):
        require_addresses(at(aws, desired_count=502))


def test_a_vpc_that_does_not_fit_is_left_to_terraform(aws: AwsClients) -> None:
    require_addresses(at(aws, vpc_name="another", desired_count=503))


def test_the_preflight_says_so_of_the_vpc(aws: AwsClients) -> None:
    def vpc(desired: int) -> tuple[Verdict, str]:
        report = preflight_report(at(aws, desired_count=desired))
        [result] = [each for each in report.results if each.capability is Capability.VPC]
        return result.verdict, result.detail

    assert vpc(502)[0] is Verdict.HOLDS
    verdict, detail = vpc(503)
    assert verdict is Verdict.MISSING
    assert detail.startswith("503 more tasks need 503 addresses")


def test_the_settings_of_a_vpc_that_is_missing_are_named(aws: AwsClients) -> None:
    report = preflight_report(at(aws, private_subnet_ids=("subnet-12345678",)))
    assert report.notes[0].startswith("handson.toml and HANDSON_* say which VPC and which")


def test_a_target_is_refused_before_anything_is_probed(
    aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an endpoint of which nothing is known, the probes would make tasks and wait for them."""

    def probe(*_: object) -> None:
        raise AssertionError("probed")

    monkeypatch.setattr(preflight, "preflight_report", probe)
    context = Context(Target.LOCALSTACK, Settings(desired_count=503), {}, aws)
    with pytest.raises(HandsonError, match="DESIRED=503"):
        require_capabilities(context)
