# SPDX-License-Identifier: Apache-2.0
"""The check of an endpoint reports what its probe deployment has, or may have, left behind."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.health import read_health
from cloudmap_harness.aws.inventory import Inventory, Unlisted
from cloudmap_harness.aws.listing.resource import Resource, ResourceKind, ResourceNames
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.aws.vpc_choice import choose_vpc, vpcs_of
from cloudmap_harness.aws.vpc_lookup import VpcSelector
from cloudmap_harness.discovery import probes
from cloudmap_harness.discovery.observation import ObservedInstance
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.errors import AwsError
from cloudmap_harness.preflight import cloud_map
from cloudmap_harness.preflight.capabilities import Capability
from cloudmap_harness.preflight.endpoint import check_endpoint
from cloudmap_harness.preflight.results import Verdict
from localaws.server import Endpoint

ARTICLE = VpcSelector("", "cloudmap-handson-vpc", (), "Tier=private")


@pytest.fixture
def aws() -> Iterator[AwsClients]:
    with Endpoint() as endpoint:
        yield AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )


def notes(aws: AwsClients) -> tuple[str, ...]:
    report = check_endpoint(
        aws, "here", ARTICLE, project="webshop", vpc_client=None, task_timeout=30.0
    )
    assert report.missing == ()
    return report.notes


def test_nothing_is_left_behind(aws: AwsClients) -> None:
    assert notes(aws) == ()


def test_an_instance_that_went_meanwhile_does_not_keep_its_service(
    aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deregistration that was under way ends between the list and the next deregistration."""

    def instances(aws: AwsClients, service_id: str) -> tuple[ObservedInstance, ...]:
        found = probes.instances(aws, service_id)
        return (*(replace(each, id=f"{each.id}-gone") for each in found), *found)

    monkeypatch.setattr(cloud_map, "instances", instances)
    assert notes(aws) == ()


def test_what_is_or_may_be_left_behind_is_noted(
    aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that the endpoint lacks has nothing left; one that fails to list may have."""
    asked: list[ResourceNames] = []

    def inventory_by_names(_: AwsClients, names: ResourceNames) -> Inventory:
        asked.append(names)
        return Inventory(
            (Resource(ResourceKind.ECS_CLUSTER, "arn:one"),),
            (
                Unlisted(
                    "servicediscovery", AwsError("ListNamespaces", "InternalFailure", "", 501)
                ),
                Unlisted("ec2", AwsError("DescribeSecurityGroups", "Denied", "not allowed", 403)),
            ),
        )

    monkeypatch.setattr(
        "cloudmap_harness.preflight.endpoint.inventory_by_names", inventory_by_names
    )
    assert notes(aws) == (
        "left behind: ECS cluster arn:one",
        "perhaps left behind, as it could not be listed: "
        "ec2: DescribeSecurityGroups: Denied: not allowed",
    )
    [names] = asked
    assert names.cluster.startswith("webshop-check-")
    assert names.namespace == f"{names.cluster.removeprefix('webshop-')}.internal"


def test_a_vpc_that_has_a_resolver_from_its_first_zone_on_is_looked_into(aws: AwsClients) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.8.0/24")["Subnet"]["SubnetId"]

    def client() -> VpcClient:
        health = read_health(aws.endpoint or "")
        assert health is not None
        inside = choose_vpc(vpcs_of(health), vpc)
        return VpcClient.at(inside.dns, inside.bastion)

    selector = VpcSelector(vpc, "", (subnet,), "")
    report = check_endpoint(
        aws, "here", selector, project="webshop", vpc_client=client, task_timeout=30.0
    )
    verdicts = {result.capability: result.verdict for result in report.results}
    assert verdicts[Capability.DNS] == verdicts[Capability.HTTP] == Verdict.HOLDS
