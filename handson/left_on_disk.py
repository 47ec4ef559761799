# SPDX-License-Identifier: Apache-2.0
"""The folders of runs that have ended without removing them: killed, failed, or kept."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from cloudmap_harness.aws.targets import Target
from handson import endpoint_lookup
from handson.errors import UsageError
from handson.live_run import LiveRun


@dataclass(frozen=True)
class LeftFolder:
    """A run's folder, what it holds, and the command that removes it."""

    folder: Path
    holds: str
    removed_by: str

    @property
    def age(self) -> timedelta:
        """Since the folder was last written to."""
        return datetime.now() - datetime.fromtimestamp(self.folder.stat().st_mtime)


def left_on_disk(state: Path, *, run: str = "") -> list[LeftFolder]:
    """Returns the folders that no running process owns; with `run`, that run's alone."""
    return [
        _described(folder)
        for folder, pid in _run_folders(state)
        if not _runs(pid, folder) and run in ("", folder.name, _deployment(folder))
    ]


def _run_folders(state: Path) -> Iterator[tuple[Path, int]]:
    """Yields the folder of each live run and of each `make handson`, and the process it names."""
    for folder in sorted(state.glob("live/*-*-*")):
        yield folder, _number(folder.name.split("-")[-1])
    for folder in sorted(state.glob("handson-*-*")):
        yield folder, _number(folder.name.split("-")[1])


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _runs(pid: int, folder: Path) -> bool:
    """Says whether the process runs that made the folder; a later one may have its id."""
    try:
        return bool(pid and psutil.Process(pid).create_time() <= folder.stat().st_mtime + 1)
    except psutil.NoSuchProcess:
        return False


def _described(folder: Path) -> LeftFolder:
    if any(map(_holds_resources, folder.glob("terraform.*.tfstate"))):
        run = _run(folder)
        if run is not None and (
            run.target is not Target.LOCAL or endpoint_lookup.answers(run.endpoint)
        ):
            command = f"make destroy STATE={shlex.quote(str(folder))}"
            return LeftFolder(folder, f"what Terraform deployed on {run.target}", command)
    return LeftFolder(
        folder, "logs and states of what has gone", f"rm -r {shlex.quote(str(folder))}"
    )


def _holds_resources(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_text("utf-8"))["resources"])
    except (ValueError, LookupError):  # Terraform was killed while it wrote.
        return True


def _run(folder: Path) -> LiveRun | None:
    try:
        return LiveRun.read(folder)
    except UsageError:
        return None


def _deployment(folder: Path) -> str:
    run = _run(folder)
    return run.names.get("HANDSON_DEPLOYMENT", "") if run else ""
