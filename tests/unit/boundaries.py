# SPDX-License-Identifier: Apache-2.0
"""The rules of the house: which part may import what, and which way the arrows inside one point.

An import that the two tables do not allow is a violation, third-party packages included.
"""

import sys
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import NamedTuple

from tests.unit.import_graph import Import, Module

CDKTF = {"cdktf", "cdktf_cdktf_provider_aws", "constructs"}
PYDANTIC = {"pydantic", "pydantic_core"}
ENDPOINT = {
    "aiohttp",
    "botocore",
    "cryptography",
    "dnslib",
    "moto",
    "multidict",
    "pydantic",
    "werkzeug",
    "yarl",
}
HARNESS = {
    "boto3",
    "botocore",
    "dns",
    "jinja2",
    "localstack_client",
    "python_terraform",
    "rich",
    "urllib3",
}
# pytest: `make test-live` is a verb that runs the live test.
APPLICATION = {"boto3", "botocore", "filelock", "jmespath", "psutil", "pytest", "rich", "urllib3"}
PROJECT = {"benchmarks", "cloudmap_harness", "handson", "localaws", "main", "scripts", "stacks"}
TESTING = {
    "_pytest",
    "hypothesis",
    "playwright",
    "pytest",
    "pytest_httpserver",
    "syrupy",
    "xdist",
}
BOTO3_STUBS = {
    f"mypy_boto3_{name}" for name in ("ec2", "ecs", "route53", "s3", "servicediscovery", "sts")
}
# The DSL is a pure function of its settings: no clock, no network, no chance.
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


@dataclass(frozen=True)
class Part:
    """What the files below ``path`` may import besides the standard library."""

    path: str
    may_import: Set[str]
    for_types: Set[str] = frozenset()
    """Allowed under ``if TYPE_CHECKING:`` only."""
    never: Set[str] = frozenset()
    """Modules of the standard library that are refused."""


# A file belongs to the longest path that it is below.
PARTS = [
    Part("main.py", {"stacks"}, never=IMPURE),
    Part("stacks", {"stacks"} | PYDANTIC, never=IMPURE),
    Part("stacks/bindings.py", {"stacks"} | CDKTF, never=IMPURE),
    Part("localaws", {"localaws"} | ENDPOINT, for_types={"_typeshed"} | BOTO3_STUBS),
    Part("cloudmap_harness", {"cloudmap_harness"} | HARNESS, for_types=BOTO3_STUBS),
    # The set-up imports it before anything is installed.
    Part("cloudmap_harness/live_line.py", set()),
    Part("cloudmap_harness/pytest_plugin.py", {"cloudmap_harness", "pytest"} | HARNESS),
    Part("cloudmap_harness/pytest_report.py", {"cloudmap_harness", "pytest"}),
    # Only where xdist is installed and used.
    Part("cloudmap_harness/testing/patient_workers.py", {"xdist"}),
    Part(
        "handson",
        {"handson", "cloudmap_harness", "localaws", "main", "stacks"} | APPLICATION,
        for_types=BOTO3_STUBS,
    ),
    # Tests that a user of the wheel writes: the plugin's fixtures are all that they need.
    Part("examples", set()),
    Part("scripts", {"handson", "scripts.in_venv"}),
    Part("scripts/with_progress.py", {"cloudmap_harness.live_line"}),
    Part("scripts/wheel.py", {"cloudmap_harness.live_line", "scripts.with_progress"}),
    Part("scripts/in_venv.py", {"handson", "scripts.setup"}),
    # The live page and the report are looked at in a browser.
    Part("scripts/browser.py", {"playwright"}),
    Part("scripts/setup", {"scripts.setup", "cloudmap_harness.live_line"}),
    Part(
        "scripts/screenshots.py",
        {"boto3", "localaws", "scripts.browser"},
        for_types={"playwright"},
    ),
    # Peers are made of what the endpoint is made of, and filled as a user fills it.
    Part(
        "benchmarks",
        {"benchmarks", "cloudmap_harness", "handson", "localaws", "psutil", "scripts.browser"}
        | ENDPOINT
        | HARNESS,
        for_types={"playwright"},
    ),
    Part(
        "tests",
        {"tests"} | PROJECT | CDKTF | PYDANTIC | ENDPOINT | HARNESS | APPLICATION | TESTING,
        for_types={"_typeshed"} | BOTO3_STUBS,
    ),
]

# Inside a part: these modules, and all below them, do not import those.
ARROWS: dict[str, Set[str]] = {
    # Reading settings must not start Node, which stacks.bindings does.
    "stacks.errors": {"stacks.bindings", "stacks.base"},
    "stacks.settings": {"stacks.bindings", "stacks.base"},
    # main.py hands values from stack to stack.
    "stacks.base": {"stacks.network_inputs", "stacks.discovery", "stacks.compute"},
    "stacks.network_inputs": {"stacks.discovery", "stacks.compute"},
    "stacks.discovery": {"stacks.network_inputs", "stacks.compute"},
    "stacks.compute": {"stacks.network_inputs", "stacks.discovery"},
    # Everybody tells the timeline, which knows nobody.
    "localaws.timeline": {
        "localaws.autoscaling",
        "localaws.cloudmap",
        "localaws.ecs",
        "localaws.live",
        "localaws.vpc",
    },
    # ECS registers with Cloud Map, and Cloud Map writes to Route 53: never the other way.
    "localaws.route53": {
        "localaws.autoscaling",
        "localaws.cloudmap",
        "localaws.ecs",
        "localaws.vpc",
    },
    "localaws.ec2": {"localaws.autoscaling", "localaws.cloudmap", "localaws.ecs", "localaws.vpc"},
    "localaws.cloudmap": {"localaws.autoscaling", "localaws.ecs", "localaws.vpc"},
    "localaws.ecs": {"localaws.autoscaling", "localaws.vpc"},
    # Application Auto Scaling moves ECS's services, which know nothing of it.
    "localaws.autoscaling": {"localaws.vpc"},
    # Terraform knows no AWS; probes know no preflight.
    "cloudmap_harness.terraform": {
        "cloudmap_harness.aws",
        "cloudmap_harness.discovery",
        "cloudmap_harness.preflight",
    },
    "cloudmap_harness.aws": {"cloudmap_harness.preflight"},
    "cloudmap_harness.discovery": {"cloudmap_harness.preflight"},
}


class Violation(NamedTuple):
    """An import that is not allowed; printed as an editor's ``file:line``."""

    file: str
    line: int
    imports: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.imports}"


def violations(modules: Iterable[Module]) -> list[Violation]:
    """Returns every import of the modules that PARTS or ARROWS do not allow."""
    return [
        Violation(module.file, each.line, each.name)
        for module in modules
        for each in module.imports
        if not is_allowed(each, part_of(module.file)) or any(refusing_arrows(module, each))
    ]


def part_of(file: str) -> Part:
    """Returns the part that a file belongs to. Raises LookupError when no part has it."""
    parts = [part for part in PARTS if file == part.path or file.startswith(f"{part.path}/")]
    if not parts:
        raise LookupError(f"{file} belongs to no part: give its folder a row in PARTS")
    return max(parts, key=lambda part: len(part.path))


def is_allowed(each: Import, part: Part) -> bool:
    """Says whether the part's row allows the import."""
    root = each.name.partition(".")[0]
    if root in sys.stdlib_module_names:
        return root not in part.never
    allowed = part.may_import | (part.for_types if each.for_types else set())
    return any(is_below(each.name, name) for name in allowed)


def refusing_arrows(module: Module, each: Import) -> Iterator[str]:
    """Yields the rows of ARROWS that refuse the import."""
    for source, refused in ARROWS.items():
        if is_below(module.name, source) and any(is_below(each.name, name) for name in refused):
            yield source


def is_below(name: str, prefix: str) -> bool:
    """Says whether ``name`` is the module ``prefix`` or inside that package."""
    return name == prefix or name.startswith(f"{prefix}.")
