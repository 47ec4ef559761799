# SPDX-License-Identifier: Apache-2.0
"""Which part may import what, read from the source: docs and design stay true or a test fails."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PARTS = {"main", "stacks", "localaws", "cloudmap_harness", "scripts", "tests"}
CDKTF = {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"}
# A pure function of its settings has no use for these.
IMPURE = {
    "asyncio",
    "datetime",
    "http",
    "random",
    "secrets",
    "socket",
    "ssl",
    "time",
    "urllib",
    "uuid",
}


def imported(source: str) -> Iterator[str]:
    """Every absolute module name that the source imports, by statement or by a literal call."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def roots(source: str) -> set[str]:
    """The top-level packages among them."""
    return {name.partition(".")[0] for name in imported(source)}


def sources(part: str) -> list[Path]:
    """The Python files of a part, scripts without a suffix included."""
    if part == "main":
        return [CHECKOUT / "main.py"]
    files = [path for path in (CHECKOUT / part).rglob("*") if path.is_file()]
    return [path for path in files if path.suffix == ".py" or _is_python_script(path)]


def _is_python_script(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline()
    return not path.suffix and first.startswith(b"#!") and b"python" in first


def beyond(source: str, allowed: set[str]) -> set[str]:
    """What the source imports besides the standard library and ``allowed``."""
    return roots(source) - set(sys.stdlib_module_names) - allowed


def crossings_of_dsl(source: str) -> set[str]:
    return beyond(source, CDKTF - {"jsii"} | {"pydantic", "pydantic_core", "stacks"}) | (
        roots(source) & IMPURE
    )


def crossings_of_localaws(source: str) -> set[str]:
    return roots(source) & (CDKTF | (PARTS - {"localaws"}) | {"python_terraform"})


def crossings_of_harness(source: str) -> set[str]:
    return roots(source) & (CDKTF | (PARTS - {"cloudmap_harness"}) | {"moto", "dnslib"})


CHECKS = {
    "main": crossings_of_dsl,
    "stacks": crossings_of_dsl,
    "localaws": crossings_of_localaws,
    "cloudmap_harness": crossings_of_harness,
}


@pytest.mark.parametrize("part", CHECKS)
def test_no_boundary_is_crossed(part: str) -> None:
    files = sources(part)
    assert files, f"{part} has no source"
    crossed = {
        str(file.relative_to(CHECKOUT)): found
        for file in files
        if (found := CHECKS[part](file.read_text()))
    }
    assert crossed == {}


def test_only_bindings_imports_cdktf() -> None:
    users = {
        file.name
        for part in ("main", "stacks")
        for file in sources(part)
        if roots(file.read_text()) & CDKTF
    }
    assert users == {"bindings.py"}


def test_no_stack_imports_a_stack() -> None:
    stacks = {"stacks.network_inputs", "stacks.discovery", "stacks.compute"}
    for name in stacks:
        file = CHECKOUT / f"{name.replace('.', '/')}.py"
        assert not stacks & set(imported(file.read_text())), file


@pytest.mark.parametrize(
    ("part", "source", "crossing"),
    [
        ("main", "import boto3", "boto3"),
        ("main", "import requests.adapters as a", "requests"),
        ("stacks", "from cloudmap_harness import errors", "cloudmap_harness"),
        ("stacks", "def f():\n    import localaws.server", "localaws"),
        ("stacks", "import time", "time"),
        ("stacks", "from urllib.request import urlopen", "urllib"),
        ("localaws", "import cdktf", "cdktf"),
        ("localaws", "from cdktf_cdktf_provider_aws.vpc import Vpc", "cdktf_cdktf_provider_aws"),
        ("localaws", "from stacks.settings import Settings", "stacks"),
        (
            "localaws",
            "if True:\n    import cloudmap_harness.errors",
            "cloudmap_harness",
        ),
        ("cloudmap_harness", "import moto", "moto"),
        ("cloudmap_harness", "from localaws.server import Endpoint", "localaws"),
        ("cloudmap_harness", "import importlib\nimportlib.import_module('main')", "main"),
        ("cloudmap_harness", "__import__('cdktf')", "cdktf"),
    ],
)
def test_a_crossing_is_seen(part: str, source: str, crossing: str) -> None:
    assert CHECKS[part](source) == {crossing}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("stacks", "import json\nfrom pydantic import BaseModel\nfrom constructs import Construct"),
        ("localaws", "import time\nfrom moto.ecs import models\nfrom . import server"),
        ("cloudmap_harness", "import boto3, socket\nfrom python_terraform import Terraform"),
    ],
)
def test_what_is_allowed_is_no_crossing(part: str, source: str) -> None:
    assert CHECKS[part](source) == set()
