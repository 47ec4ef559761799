# SPDX-License-Identifier: Apache-2.0
"""The wheel requires what its two packages import, and nothing that only the hands-on needs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.support.paths import CHECKOUT

PACKAGES = ("localaws", "cloudmap_harness")
COME_WITH = {"botocore": "boto3", "multidict": "aiohttp", "werkzeug": "moto", "yarl": "aiohttp"}
"""Distributions that are part of what a requirement is."""


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements() -> set[str]:
    """The names of the distributions that the wheel requires."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    return {normalized(re.split(r"[^\w.-]", each)[0]) for each in project["dependencies"]}


def imported() -> set[str]:
    """The names of the distributions that the packages import, but for types."""
    modules: set[str] = set()
    for package in PACKAGES:
        for file in (CHECKOUT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    modules.update(alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules.add(node.module.partition(".")[0])
    # xdist is imported only where it is installed: the plugin does without.
    modules -= {*PACKAGES, *sys.stdlib_module_names, "_typeshed", "xdist"}
    found = packages_distributions()
    names = {normalized(found[each][0]) for each in modules if not each.startswith("mypy_boto3")}
    return {COME_WITH.get(name, name) for name in names}


def test_the_wheel_requires_what_it_imports_and_nothing_else() -> None:
    assert imported() == requirements()


def test_each_requirement_has_its_reason_in_the_docs() -> None:
    page = (CHECKOUT / "docs" / "package.md").read_text()
    assert set(re.findall(r"^\| `([\w-]+)(?:\[\w+\])?`", page, re.MULTILINE)) >= requirements()


def test_the_docs_never_install_somebody_elses_localaws() -> None:
    for file in [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.md")]:
        assert not re.search(r"(pip install|uvx|uv tool install) localaws", file.read_text()), file
