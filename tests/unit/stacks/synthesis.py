# SPDX-License-Identifier: Apache-2.0
"""A synthesized application for tests to read: the JSON, and where its references lead."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from main import build_app
from stacks.settings import Settings

REMOTE_STATE = re.compile(r"\$\{data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)\}")
LOCAL = re.compile(r"\$\{local\.([\w-]+)\}")
ADDRESS = re.compile(r"(data\.)?(aws_\w+)\.([\w-]+)\.(\w+)")


class Origin(NamedTuple):
    """The source of a value: a stack, and an expression over its resources."""

    stack: str
    expression: str


@dataclass(frozen=True)
class SynthesizedStacks:
    """The output folder of one synthesis, parsed."""

    stacks: dict[str, Any]
    manifest: dict[str, Any]

    @classmethod
    def of(cls, settings: Settings, folder: Path) -> "SynthesizedStacks":
        build_app(settings, str(folder)).synth()
        manifest = json.loads((folder / "manifest.json").read_text())
        stacks = {
            name: json.loads((folder / stack["synthesizedStackPath"]).read_text())
            for name, stack in manifest["stacks"].items()
        }
        return cls(stacks=stacks, manifest=manifest)

    def resource(self, stack: str, kind: str) -> dict[str, Any]:
        """Returns the stack's only resource of that type."""
        return self._only(self.stacks[stack]["resource"][kind])

    def data(self, stack: str, kind: str) -> dict[str, Any]:
        """Returns the stack's only data source of that type."""
        return self._only(self.stacks[stack]["data"][kind])

    def output(self, stack: str, name: str) -> Any:
        return self.stacks[stack]["output"][name]["value"]

    def origin(self, stack: str, value: Any) -> Origin:
        """Follows a reference to another stack, by the state file that both name."""
        match = REMOTE_STATE.fullmatch(str(value))
        assert match, f"{stack}: {value!r} is no reference to another stack"
        source = self.stacks[stack]["data"]["terraform_remote_state"][match[1]]
        assert source["backend"] == "local"
        owner = self._owner(source["config"]["path"])
        expression = self.output(owner, match[2])
        local = LOCAL.fullmatch(expression)
        if local:
            expression = self.stacks[owner]["locals"][local[1]]
        self.assert_resources_exist(owner, expression)
        return Origin(owner, expression)

    def assert_resources_exist(self, stack: str, expression: str) -> None:
        """Asserts that the expression names resources and that all of them are in the stack."""
        addresses = ADDRESS.findall(expression)
        assert addresses, f"{stack}: {expression!r} names no resource"
        for data, kind, name, _ in addresses:
            section = self.stacks[stack]["data" if data else "resource"]
            assert name in section.get(kind, {}), f"{stack}: no {data}{kind}.{name}"

    def _owner(self, state: str) -> str:
        owners = [
            name
            for name, stack in self.stacks.items()
            if stack["terraform"]["backend"]["local"]["path"] == state
        ]
        assert len(owners) == 1, f"{state} is the state of {owners}"
        return owners[0]

    @staticmethod
    def _only(instances: dict[str, Any]) -> dict[str, Any]:
        assert len(instances) == 1, f"one was expected: {sorted(instances)}"
        (attributes,) = instances.values()
        return {name: value for name, value in attributes.items() if name != "//"}


def strings(value: Any) -> Iterator[str]:
    """Yields every string in parsed JSON, keys included."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value
