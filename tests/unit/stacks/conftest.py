# SPDX-License-Identifier: Apache-2.0
"""The syntheses that tests share, to be read and not changed, and an empty settings file."""

from pathlib import Path

import pytest

from stacks.settings import Settings
from tests.unit.stacks.synthesis import SynthesizedStacks


@pytest.fixture(scope="session")
def article(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """The synthesis with the defaults, which are the article's values."""
    return SynthesizedStacks.of(Settings(), tmp_path_factory.mktemp("article"))


@pytest.fixture(scope="session")
def by_id(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStacks:
    """A synthesis with the network given by ids, and with no value of the article's."""
    settings = Settings(
        region="eu-west-1",
        deployment="mine",
        vpc_id="vpc-0123456789abcdef0",
        private_subnet_ids=("subnet-0123456789abcdef0", "subnet-12345678"),
        namespace="example.internal",
        service="web",
        dns_ttl=60,
        security_group="web-group",
        cluster="web-cluster",
        ecs_service="web-service",
        family="web-task",
        container="web-container",
        image="nginx:1.29",
        cpu=512,
        memory=2048,
        port=8080,
        desired_count=7,
    )
    return SynthesizedStacks.of(settings, tmp_path_factory.mktemp("by_id"))


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """An empty settings file."""
    file = tmp_path / "handson.toml"
    file.touch()
    return file
