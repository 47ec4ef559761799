# SPDX-License-Identifier: Apache-2.0
"""The versions that a report names."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cloudmap_harness.aws.health import read_health
from cloudmap_harness.errors import AwsError
from cloudmap_harness.terraform.environment import terraform_binary

PROJECT = "cloudmap-handson"
_SECONDS = 20.0
Versions = tuple[tuple[str, str], ...]


def versions(environ: Mapping[str, str]) -> Versions:
    """Returns Python's, the project's and Terraform's versions.

    What cannot be asked is left out.
    """
    system = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return (("Python", system), (PROJECT, _project()), *_terraform(environ))


def endpoint_version(url: str | None) -> Versions:
    """Returns the version that an endpoint says of itself; () of AWS and of one that says none."""
    try:
        health = read_health(url) if url else None
    except AwsError:
        return ()
    return () if health is None else (("endpoint", health.name),)


def _project() -> str:
    """The version of the wheel, or where a checkout stands."""
    try:
        return version(PROJECT)
    except PackageNotFoundError:
        argv = ["git", "describe", "--tags", "--always", "--dirty"]
        commit = _said(argv, Path(__file__).parent)
        return f"a checkout {commit.strip()}".strip()


def _terraform(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    said = _said([terraform_binary(environ), "version", "-json"])
    try:
        yield "Terraform", str(json.loads(said)["terraform_version"])
    except (ValueError, LookupError, TypeError):
        return


def _said(argv: list[str], folder: Path | None = None) -> str:
    """What a program writes; empty when it cannot be run."""
    try:
        ran = subprocess.run(
            argv,
            cwd=folder,
            env={**os.environ, "CHECKPOINT_DISABLE": "1"},  # Terraform's question to its maker.
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return ran.stdout if ran.returncode == 0 else ""
