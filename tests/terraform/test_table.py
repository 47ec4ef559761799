# SPDX-License-Identifier: Apache-2.0
"""docs/terraform.md has every argument of the provider's resources, and says the truth of each."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import CHECKOUT
from tests.support.root_module import module

TEXT = (CHECKOUT / "docs" / "terraform.md").read_text("utf-8")
TESTS = Path(__file__).parent
RESOURCES = re.compile(
    r"aws_(ecs_(cluster|cluster_capacity_providers|service|task_definition|task_set)"
    r"|service_discovery_\w+|route53_(zone|record|zone_association)|appautoscaling_\w+)"
)
DATA_SOURCES = re.compile(
    r"aws_(ecs_(clusters?|service|task_definition|task_execution|container_definition)"
    r"|service_discovery_\w+|route53_(zones?|records)|appautoscaling_\w+)"
)


def sections() -> dict[str, str]:
    """The text of each section by the name of its resource, or `data.` and that of its source."""
    found = {}
    for section in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]:
        kind, name = section.split("`")[:2]
        found[f"data.{name}" if kind.startswith("Data") else name] = section
    return found


def names(block: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The names of a schema's arguments, attributes and blocks, with those of the blocks around."""
    yield from (prefix + name for name in block.get("attributes", {}))
    for name, inner in block.get("block_types", {}).items():
        if name != "timeouts":
            yield prefix + name
            yield from names(inner["block"], f"{prefix}{name}.")


@pytest.fixture(scope="module")
def schemas(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The provider's schema of each resource and `data.` source that the document is about."""
    stack = module(tmp_path_factory.mktemp("schema"), environment)
    done = subprocess.run(
        [environment.get("TERRAFORM_BINARY_NAME", "terraform"), "providers", "schema", "-json"],
        cwd=stack.folder,
        env=stack.environment,
        capture_output=True,
        check=True,
    )
    (provider,) = json.loads(done.stdout)["provider_schemas"].values()
    resources = {
        name: schema["block"]
        for name, schema in provider["resource_schemas"].items()
        if RESOURCES.fullmatch(name)
    }
    sources = {
        f"data.{name}": schema["block"]
        for name, schema in provider["data_source_schemas"].items()
        if DATA_SOURCES.fullmatch(name)
    }
    return resources | sources


def test_every_argument_of_every_resource_is_in_the_tables(schemas: Any) -> None:
    assert set(sections()) == set(schemas)
    for name, section in sections().items():
        told = set(re.findall(r"`([\w.]+)`", section))
        assert set(names(schemas[name])) - told == set(), name


def test_an_argument_has_a_value_in_the_test_that_is_named() -> None:
    blocks = (TESTS / "blocks.py").read_text("utf-8")
    for name, section in sections().items():
        for line in section.splitlines():
            if not (file := re.search(r"\| `(test_\w+\.py)` \|$", line)):
                continue
            text = (TESTS / file[1]).read_text("utf-8") + blocks
            for argument in re.findall(r"`([\w.]+)`", line.split("|")[1]):
                word = argument.rsplit(".", 1)[-1]
                assert re.search(rf"\b{word}\b", text), f"{name}.{argument} in {file[1]}"
