# SPDX-License-Identifier: Apache-2.0
"""moto's EC2 catalogue, read on demand: what it holds is moto's, and nobody pays who asks not."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from localaws.moto_catalogue import OnDemandMapping, OnDemandSequence
from tests.endpoint.localaws.account import Account
from tests.support.paths import CHECKOUT

DIGEST = """
import hashlib, json
from moto.ec2.models import amis, instance_types as types
offerings = {
    kind: {region: [*each] for region, each in regions.items()}
    for kind, regions in types.INSTANCE_TYPE_OFFERINGS.items()
}
every = [
    {**types.INSTANCE_TYPES},
    sorted(types.INSTANCE_FAMILIES),
    [*types.InstanceTypeBackend.instance_types],
    offerings,
    [*amis.AMIS],
]
print([len(each) for each in every])
print(hashlib.sha256(json.dumps(every, sort_keys=True).encode()).hexdigest())
"""

UNREAD = """
from localaws.server import Endpoint
from moto.ec2.models import amis, ec2_backends, instance_types as types
with Endpoint() as endpoint:
    held = [types.INSTANCE_TYPES, types.INSTANCE_FAMILIES, amis.AMIS]
    held += [types.InstanceTypeBackend.instance_types]
    for regions in types.INSTANCE_TYPE_OFFERINGS.values():
        held += regions.values()
    print(len(held), [each for each in held if "_made" in vars(each)])
"""


@cache
def printed(program: str) -> str:
    """What the program printed in a process of its own, in which moto is not imported yet."""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_it_holds_what_motos_holds() -> None:
    assert printed("import localaws.moto_catalogue" + DIGEST) == printed(DIGEST)


def test_an_endpoint_reads_none_of_it_at_its_start() -> None:
    count, _, read = printed(UNREAD).partition(" ")
    assert int(count) > 50
    assert read.strip() == "[]"


def test_it_is_left_alone_where_moto_was_imported_before() -> None:
    program = "import moto.ec2.models, localaws.server\n" + DIGEST
    assert printed(program) == printed(DIGEST)


def test_each_is_made_once() -> None:
    made: list[str] = []

    def make() -> dict[str, str]:
        made.append("made")
        return {"a": "b"}

    mapping, sequence = OnDemandMapping(make), OnDemandSequence(lambda: [*make()])
    assert made == []
    assert (mapping["a"], [*mapping], len(mapping), "c" in mapping) == ("b", ["a"], 1, False)
    assert (sequence[0], [*sequence], len(sequence), sequence[:1]) == ("a", ["a"], 1, ["a"])
    assert made == ["made", "made"]


def test_images_and_their_snapshots_are_there_when_asked_for(aws: Account) -> None:
    ec2 = aws.client("ec2")
    snapshots = {each["SnapshotId"] for each in ec2.describe_snapshots()["Snapshots"]}
    images = ec2.describe_images(Owners=["amazon"])["Images"]
    of_images = {each["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"] for each in images}
    assert len(images) > 100
    assert of_images <= snapshots
    own = ec2.register_image(Name="own", RootDeviceName="/dev/sda1")["ImageId"]
    assert len(ec2.describe_images()["Images"]) == len(images) + 1
    ec2.deregister_image(ImageId=own)
    assert len(ec2.describe_images()["Images"]) == len(images)


@pytest.mark.parametrize("kind", ["region", "availability-zone", "availability-zone-id"])
def test_offerings_are_those_of_the_region(aws: Account, kind: str) -> None:
    offered = aws.client("ec2").describe_instance_type_offerings(
        LocationType=kind, Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]
    )["InstanceTypeOfferings"]
    assert offered
    assert {each["LocationType"] for each in offered} == {kind}
    assert {each["InstanceType"] for each in offered} == {"t3.micro"}


def test_an_instance_has_its_type(aws: Account) -> None:
    ec2 = aws.client("ec2")
    [described] = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert described["VCpuInfo"]["DefaultVCpus"] == 2
    assert len(ec2.describe_instance_types()["InstanceTypes"]) > 1000
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    run = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    assert run["Instances"][0]["InstanceType"] == "t3.micro"
