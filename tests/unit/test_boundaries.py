# SPDX-License-Identifier: Apache-2.0
"""Holds every part to the rules in boundaries.py, and shows that each kind of breach is seen."""

from pathlib import Path

import pytest

from tests.support.files import write_files
from tests.support.paths import CHECKOUT
from tests.unit.boundaries import ARROWS, CDKTF, PARTS, Part, part_of, violations
from tests.unit.import_graph import Module, read_checkout

Modules = dict[str, Module]


@pytest.fixture(scope="module")
def checkout() -> Modules:
    return read_checkout(CHECKOUT)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.path)
def test_part_imports_only_what_it_may(part: Part, checkout: Modules) -> None:
    found = violations(module for module in checkout.values() if part_of(module.file) == part)
    assert not found, "not allowed by PARTS or ARROWS:\n" + "\n".join(map(str, found))


# The plug-in is written last; every other row has files, or the row is wrong.
@pytest.mark.parametrize("part", [p for p in PARTS if "plugin" not in p.path], ids=lambda p: p.path)
def test_every_part_has_source(part: Part, checkout: Modules) -> None:
    assert any(part_of(module.file) == part for module in checkout.values())


@pytest.mark.parametrize("source", ARROWS)
def test_every_arrow_names_modules_that_exist(source: str, checkout: Modules) -> None:
    for name in {source, *ARROWS[source]}:
        assert name in checkout, f"ARROWS names {name}, which is no module"


def test_only_bindings_imports_cdktf(checkout: Modules) -> None:
    users = {
        module.file
        for module in checkout.values()
        if {each.name.partition(".")[0] for each in module.imports} & (CDKTF | {"jsii"})
    }
    assert users == {"stacks/bindings.py"}


PLANTED = [
    # Each part, another part or a third-party package.
    ("main.py", "import boto3", "boto3"),
    ("main.py", "import requests.adapters as a", "requests.adapters"),
    ("main.py", "import cdktf", "cdktf"),
    ("stacks/x.py", "from cloudmap_harness import errors", "cloudmap_harness"),
    ("stacks/x.py", "def f():\n    import localaws.server", "localaws.server"),
    ("stacks/x.py", "import time", "time"),
    ("stacks/x.py", "from urllib.request import urlopen", "urllib.request"),
    ("stacks/x.py", "import jsii", "jsii"),
    ("stacks/compute.py", "from constructs import Construct", "constructs"),
    ("stacks/bindings.py", "import boto3", "boto3"),
    ("localaws/x.py", "import cdktf", "cdktf"),
    ("localaws/x.py", "from cdktf_cdktf_provider_aws.vpc import V", "cdktf_cdktf_provider_aws.vpc"),
    ("localaws/x.py", "from stacks.settings import Settings", "stacks.settings"),
    ("localaws/x.py", "if True:\n    import cloudmap_harness.errors", "cloudmap_harness.errors"),
    ("localaws/x.py", "import urllib3", "urllib3"),
    ("localaws/x.py", "import python_terraform", "python_terraform"),
    ("cloudmap_harness/x.py", "import moto", "moto"),
    ("cloudmap_harness/x.py", "import dnslib", "dnslib"),
    ("cloudmap_harness/x.py", "from localaws.server import Endpoint", "localaws.server"),
    ("cloudmap_harness/x.py", "import handson.context", "handson.context"),
    ("cloudmap_harness/x.py", "from tests.support.paths import CHECKOUT", "tests.support.paths"),
    ("cloudmap_harness/aws/x.py", "import pytest", "pytest"),
    ("cloudmap_harness/pytest_plugin.py", "import _pytest.config", "_pytest.config"),
    ("handson/x.py", "import moto", "moto"),
    ("handson/x.py", "import requests", "requests"),
    ("handson/article/x.py", "from scripts import in_venv", "scripts"),
    ("scripts/x.py", "import rich", "rich"),
    ("scripts/x.py", "import cloudmap_harness", "cloudmap_harness"),
    ("scripts/x", "#!/usr/bin/env python3\nimport scripts.setup.steps", "scripts.setup.steps"),
    ("scripts/setup/x.py", "import filelock", "filelock"),
    ("scripts/setup/x.py", "from handson import project", "handson"),
    ("benchmarks/x.py", "import cdktf", "cdktf"),
    ("benchmarks/x.py", "import stacks.settings", "stacks.settings"),
    ("tests/x.py", "import requests", "requests"),
    # Each way to import.
    (
        "localaws/x.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import handson",
        "handson",
    ),
    ("localaws/x.py", "import typing\nif typing.TYPE_CHECKING:\n    import boto3", "boto3"),
    ("cloudmap_harness/x.py", "import importlib\nimportlib.import_module('main')", "main"),
    (
        "cloudmap_harness/x.py",
        "from importlib import import_module as i\n__import__('cdktf')",
        "cdktf",
    ),
    # What is allowed for types only.
    ("localaws/x.py", "from _typeshed.wsgi import StartResponse", "_typeshed.wsgi"),
    ("cloudmap_harness/x.py", "import mypy_boto3_ecs", "mypy_boto3_ecs"),
    (
        "cloudmap_harness/x.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING: ...\nelse:\n    import mypy_boto3_ecs",
        "mypy_boto3_ecs",
    ),
    # Arrows inside a part.
    ("stacks/settings.py", "from stacks.base import HandsOnStack", "stacks.base"),
    ("stacks/discovery.py", "from stacks.compute import ComputeStack", "stacks.compute"),
    ("localaws/cloudmap/x.py", "from localaws.ecs.tasks import Task", "localaws.ecs.tasks"),
    ("localaws/cloudmap/x.py", "from ..ecs.tasks import Task", "localaws.ecs.tasks"),
    ("localaws/cloudmap/x.py", "from .. import ecs", "localaws.ecs"),
    ("localaws/route53.py", "import localaws.cloudmap.records", "localaws.cloudmap.records"),
    ("localaws/ecs/__init__.py", "from ..vpc import lookup", "localaws.vpc"),
    (
        "cloudmap_harness/terraform/x.py",
        "from cloudmap_harness.aws.targets import Target",
        "cloudmap_harness.aws.targets",
    ),
    (
        "cloudmap_harness/discovery/x.py",
        "from importlib import import_module\nimport_module('..preflight.ecs', __package__)",
        "cloudmap_harness.preflight.ecs",
    ),
]


@pytest.mark.parametrize(("file", "source", "imports"), PLANTED)
def test_planted_violation_is_seen(file: str, source: str, imports: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"localaws/ecs/__init__.py": "", file: source})
    found = violations(read_checkout(tmp_path).values())
    assert [(each.file, each.imports) for each in found] == [(file, imports)]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("main.py", "import os\nfrom stacks.settings import Settings"),
        ("stacks/x.py", "import json\nfrom pydantic import BaseModel\nfrom . import errors"),
        ("stacks/bindings.py", "from constructs import Construct\nimport cdktf"),
        ("localaws/x.py", "import time\nfrom moto.ecs import models\nfrom . import server"),
        (
            "localaws/x.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import _typeshed.wsgi",
        ),
        (
            "cloudmap_harness/x.py",
            "import boto3, socket, dns.message\nfrom python_terraform import Terraform",
        ),
        (
            "cloudmap_harness/x.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mypy_boto3_ecs",
        ),
        ("cloudmap_harness/pytest_plugin.py", "import pytest\nimport cloudmap_harness.errors"),
        ("cloudmap_harness/aws/x.py", "import cloudmap_harness.discovery.probes"),
        ("handson/x.py", "import jmespath, localaws.settings, stacks.settings, filelock"),
        ("scripts/x", "#!/usr/bin/env python3\nfrom scripts import in_venv\nimport handson.cli"),
        ("scripts/setup/x.py", "import json\nfrom scripts.setup.tools import find"),
        (
            "tests/x.py",
            "import pytest, moto, boto3, stacks.settings\nfrom tests.support import paths",
        ),
    ],
)
def test_allowed_import_is_no_violation(file: str, source: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"scripts/in_venv.py": "", file: source})
    assert violations(read_checkout(tmp_path).values()) == []


def test_python_outside_the_parts_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"helpers/x.py": "import os"})
    with pytest.raises(LookupError, match=r"helpers/x\.py belongs to no part"):
        violations(read_checkout(tmp_path).values())


def test_violation_is_printed_as_file_and_line(tmp_path: Path) -> None:
    write_files(tmp_path, {"main.py": "import os\n\nimport boto3\n"})
    (found,) = violations(read_checkout(tmp_path).values())
    assert str(found) == "main.py:3 imports boto3"
