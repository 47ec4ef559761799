# SPDX-License-Identifier: Apache-2.0
"""`make clean`: removes what was generated, unless a Terraform state still holds resources."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.setup import CHECKOUT
from scripts.setup.signals import exit_code

GENERATED = (
    ".venv",
    "node_modules",
    ".state",
    "cdktf.out",
    "cdktf.log",
    "terraform.*.tfstate",
    "terraform.*.tfstate.backup",
    "terraform.*.tfstate.*.backup",
    ".terraform.*.lock.info",
    "junit*.xml",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
)
"""Patterns in the checkout's own folder, not below it."""

PYTHON_FOLDERS = (
    "benchmarks",
    "cloudmap_harness",
    "examples",
    "handson",
    "localaws",
    "scripts",
    "stacks",
    "tests",
)
"""Folders in which Python leaves __pycache__, at any depth."""

LIVE_RUNS = ".state/live"
"""The folders of live tests that were kept, or that could not destroy what they had deployed."""

PID_FILE = "localaws.pid"


class CleanError(Exception):
    """Something is still deployed or running. One line for each such thing."""


def main() -> int:
    """Returns 0 when all is removed, else 1 (failed), 2 (wrong use) or 128 + the signal."""
    argparse.ArgumentParser(prog="clean", description=__doc__).parse_args()
    return exit_code(lambda: clean(CHECKOUT), "clean: interrupted; run `make clean` again")


def clean(checkout: Path) -> int:
    """Removes what was generated in the checkout; returns 0, or 1 after the reason on stderr.

    Nothing is removed while a deployment would lose its state, or an endpoint its checkout.
    """
    try:
        problems = [*deployments(checkout), *running_live_endpoints(checkout)]
        if problems:
            raise CleanError("\n".join([*problems, "nothing was removed"]))
        stop_endpoint(checkout)
        for path in generated(checkout):
            remove(path)
    except (CleanError, OSError) as error:
        for line in str(error).splitlines():
            print(f"clean: {line}", file=sys.stderr)
        return 1
    return 0


def deployments(checkout: Path) -> Iterator[str]:
    """Yields, for each state that holds resources or cannot be read, what to do about it."""
    for folder in (checkout, *checkout.glob(f"{LIVE_RUNS}/*")):
        for state in sorted(folder.glob("terraform.*.tfstate")):
            name = state.relative_to(checkout)
            try:
                number = managed_resources(state)
            except (OSError, ValueError, LookupError, TypeError):
                yield f"{name} cannot be read: delete it if nothing is deployed from it"
            else:
                if number:
                    yield f"{name} still holds {number} resources: {destroy(checkout, folder)}"


def managed_resources(state: Path) -> int:
    """Returns how many resources Terraform manages by that state; raises when it is no state."""
    resources = json.loads(state.read_text(encoding="utf-8"))["resources"]
    return sum(resource["mode"] == "managed" for resource in resources)


def running_live_endpoints(checkout: Path) -> Iterator[str]:
    """Yields, for each endpoint of a live run that was kept, how to stop it."""
    for pid_file in sorted(checkout.glob(f"{LIVE_RUNS}/*/{PID_FILE}")):
        if process := running_process(pid_file):
            name = pid_file.relative_to(checkout)
            yield f"process {process} of {name} runs: {destroy(checkout, pid_file.parent)}"


def destroy(checkout: Path, folder: Path) -> str:
    """Returns what to type to destroy the deployment whose state is in the folder."""
    run = "" if folder == checkout else f" STATE={folder.relative_to(checkout)}"
    return f"run `make destroy{run}` first"


def stop_endpoint(checkout: Path) -> None:
    """Stops the checkout's embedded endpoint. Raises CleanError when it keeps running."""
    pid_file = checkout / ".state" / PID_FILE
    if not pid_file.exists():
        return
    python = checkout / ".venv" / "bin" / "python"
    if python.exists():
        if subprocess.run([python, "-m", "handson", "local-down"], cwd=checkout).returncode:
            raise CleanError("the embedded endpoint was not stopped; nothing was removed")
    elif process := running_process(pid_file):
        raise CleanError(
            f"the embedded endpoint (process {process}) cannot be stopped without .venv: run "
            f"`make setup`, or end the process and delete .state/{PID_FILE}; nothing was removed"
        )


def running_process(pid_file: Path) -> int:
    """Returns the process in the file's first line while it runs, else 0."""
    try:
        process = int(pid_file.read_text(encoding="utf-8").split()[0])
    except (ValueError, LookupError):
        return 0
    try:
        os.kill(process, 0)
    except PermissionError:
        return process  # It runs, as another user.
    except (ProcessLookupError, OverflowError):
        return 0
    return process


def generated(checkout: Path) -> Iterator[Path]:
    """Yields what is to be removed. No symbolic link is followed: it is removed itself."""
    for pattern in GENERATED:
        yield from sorted(checkout.glob(pattern))
    for name in PYTHON_FOLDERS:
        top = checkout / name
        if not top.is_symlink():
            for folder, below, _ in os.walk(top, followlinks=False):
                if "__pycache__" in below:
                    below.remove("__pycache__")
                    yield Path(folder, "__pycache__")


def remove(path: Path) -> None:
    """Removes a file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main())
