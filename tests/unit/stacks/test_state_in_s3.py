# SPDX-License-Identifier: Apache-2.0
"""With state_bucket, each stack's state has a key of its own in S3, and a lock.

References between stacks read the same keys; settings that contradict each other are refused.
"""

from pathlib import Path

import pytest

from stacks.errors import SettingsError
from stacks.settings import Settings, load_settings
from tests.unit.stacks.synthesis import SynthesizedStacks

STACKS = ("network-inputs", "discovery", "compute")
BUCKET = {
    "bucket": "team-state",
    "encrypt": True,
    "region": "eu-west-1",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    settings = Settings(
        state_bucket="team-state",
        state_prefix="teams/a",
        state_region="eu-west-1",
        deployment="mine",
    )
    return SynthesizedStacks.of(settings, tmp_path_factory.mktemp("shared"))


@pytest.mark.parametrize("stack", STACKS)
def test_each_stack_has_a_key_and_terraforms_own_lock(
    shared: SynthesizedStacks, stack: str
) -> None:
    assert shared.stacks[stack]["terraform"]["backend"] == {
        "s3": BUCKET | {"key": f"teams/a/mine/{stack}.tfstate", "use_lockfile": True}
    }


@pytest.mark.parametrize(
    ("stack", "needed"),
    [("discovery", {"network-inputs"}), ("compute", {"network-inputs", "discovery"})],
)
def test_references_between_stacks_follow(
    shared: SynthesizedStacks, stack: str, needed: set[str]
) -> None:
    sources = shared.stacks[stack]["data"]["terraform_remote_state"].values()
    assert {source["backend"] for source in sources} == {"s3"}
    keys = {source["config"]["key"] for source in sources}
    assert keys == {f"teams/a/mine/{name}.tfstate" for name in needed}
    for source in sources:
        assert BUCKET.items() <= source["config"].items()


def test_region_of_the_bucket_is_that_of_the_stacks_unless_set(tmp_path: Path) -> None:
    found = SynthesizedStacks.of(Settings(state_bucket="team-state", region="us-east-1"), tmp_path)
    assert found.stacks["compute"]["terraform"]["backend"]["s3"]["region"] == "us-east-1"


@pytest.mark.parametrize("name", ["abc", "a.b-c", "1" * 63, "state-xn--1"])
def test_bucket_name_passes(name: str) -> None:
    assert Settings(state_bucket=name).state_bucket == name


@pytest.mark.parametrize(
    "name",
    ["ab", "A-bucket", "a_b", "-ab", "ab-", "a" * 64, "a..b", "xn--abc", "x-s3alias", "${x}"],
)
def test_wrong_bucket_name_is_refused(toml: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="state_bucket: got .*; allowed: a bucket's name"):
        load_settings(toml, {"HANDSON_STATE_BUCKET": name})


@pytest.mark.parametrize("prefix", ["", "/a", "a/", "a//b", "a b", "${x}"])
def test_wrong_prefix_is_refused(toml: Path, prefix: str) -> None:
    with pytest.raises(SettingsError, match="state_prefix: got .*; allowed: names of letters"):
        load_settings(toml, {"HANDSON_STATE_PREFIX": prefix})


def test_a_region_without_a_bucket_is_refused(toml: Path) -> None:
    with pytest.raises(SettingsError, match="state_bucket: got .*a bucket's name, because"):
        load_settings(toml, {"HANDSON_STATE_REGION": "eu-west-1"})


def test_deployment_that_is_no_part_of_a_key_is_refused(toml: Path) -> None:
    environ = {"HANDSON_STATE_BUCKET": "team-state", "HANDSON_DEPLOYMENT": "a/../b"}
    with pytest.raises(SettingsError, match="deployment: got .*it is part of the state's key"):
        load_settings(toml, environ)
