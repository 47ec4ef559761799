# SPDX-License-Identifier: Apache-2.0
"""The programs that the user installs: which, the oldest version, and where to get them."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


class SetupError(Exception):
    """The set-up cannot go on. The message has one line for each thing that the user must mend."""


@dataclass(frozen=True)
class Tool:
    """A program that is needed, and the ``arguments`` with which it prints its version."""

    name: str
    command: str
    arguments: tuple[str, ...]
    version: str
    """A regular expression for what the program prints; its first group is the version."""
    oldest: tuple[int, ...]
    source: str


@dataclass(frozen=True)
class Found:
    """A program that is on PATH and new enough."""

    name: str
    path: str
    version: str
    output: str
    """All that it printed: Terraform adds its platform."""


NODE = Tool("Node.js", "node", ("--version",), r"^v(\d+\.\d+\.\d+)", (20, 9), "https://nodejs.org/")
NPM = Tool("npm", "npm", ("--version",), r"^(\d+\.\d+\.\d+)", (9, 0), "https://nodejs.org/")


def terraform(environ: Mapping[str, str]) -> Tool:
    """Returns Terraform, or the program that TERRAFORM_BINARY_NAME names (OpenTofu)."""
    return Tool(
        "Terraform",
        environ.get("TERRAFORM_BINARY_NAME") or "terraform",
        ("version",),
        r"^(?:Terraform|OpenTofu) v(\d+\.\d+\.\d+)",
        (1, 5),
        "https://developer.hashicorp.com/terraform/install",
    )


def find(
    tools: Iterable[Tool], environ: Mapping[str, str], problems: Iterable[str] = ()
) -> dict[str, Found]:
    """Returns every tool that was found, by its name.

    Raises SetupError with the given problems and a line for each tool that is missing, prints no
    version or is too old.
    """
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda tool: _look(tool, environ), tools))
    problems = [*problems, *(result for result in results if isinstance(result, str))]
    if problems:
        raise SetupError("\n".join(problems))
    return {result.name: result for result in results if isinstance(result, Found)}


def venv_problems() -> list[str]:
    """Returns a line if this Python cannot make a virtual environment, as on a plain Debian."""
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if not missing:
        return []
    return [
        f"Python: found without its module {' and '.join(missing)} ({sys.executable}), needed to "
        "make .venv; on Debian and Ubuntu get it with `apt install python3-venv`"
    ]


def _look(tool: Tool, environ: Mapping[str, str]) -> Found | str:
    needed = ".".join(map(str, tool.oldest))
    remedy = f"needed {needed} or newer; get it from {tool.source}"
    path = shutil.which(tool.command, path=environ.get("PATH"))
    if path is None:
        return f"{tool.name}: no `{tool.command}` on PATH, {remedy}"
    try:
        ran = subprocess.run(
            [path, *tool.arguments],
            env={**environ, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{tool.name}: {path} does not run ({error}), {remedy}"
    version = re.search(tool.version, ran.stdout, re.MULTILINE)
    if ran.returncode or version is None:
        printed = (ran.stdout + ran.stderr).strip().split("\n")[0][:80]
        return f"{tool.name}: {path} prints no version (it printed {printed!r}), {remedy}"
    if tuple(map(int, version[1].split("."))) < tool.oldest:
        return f"{tool.name}: found {version[1]} ({path}), {remedy}"
    return Found(tool.name, path, version[1], ran.stdout)
