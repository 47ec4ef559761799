# SPDX-License-Identifier: Apache-2.0
"""The folders of runs that were killed are found, each with what removes it."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from handson.left_on_disk import left_on_disk
from handson.live_run import LiveRun

HOLDING = '{"resources": [{"type": "aws_ecs_cluster"}]}'


@pytest.fixture
def dead() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def run_folder(state: Path, pid: int, *, target: Target = Target.LOCAL, holding: bool) -> Path:
    folder = state / "live" / f"20261128-101500-{pid}"
    folder.mkdir(parents=True)
    endpoint = None if target is Target.AWS else "http://127.0.0.1:1"
    LiveRun(target, endpoint, {"HANDSON_DEPLOYMENT": "run-1"}).write(folder)
    if holding:
        (folder / "terraform.compute.tfstate").write_text(HOLDING)
    return folder


def test_a_run_that_goes_on_is_not_left(tmp_path: Path) -> None:
    run_folder(tmp_path, os.getpid(), holding=True)
    (tmp_path / f"handson-{os.getpid()}-x").mkdir()
    assert left_on_disk(tmp_path) == []


def test_what_a_killed_run_left_is_removed_by_its_command(tmp_path: Path, dead: int) -> None:
    """Its endpoint has gone with it, and all that was there."""
    live = run_folder(tmp_path, dead, holding=True)
    watched = tmp_path / f"handson-{dead}-x y"
    watched.mkdir()
    left = left_on_disk(tmp_path)
    assert [each.folder for each in left] == [live, watched]
    for each in left:
        subprocess.run(shlex.split(each.removed_by), check=True)
    assert not live.exists() and not watched.exists()


def test_what_is_still_deployed_elsewhere_is_destroyed_first(tmp_path: Path, dead: int) -> None:
    folder = run_folder(tmp_path, dead, target=Target.AWS, holding=True)
    (left,) = left_on_disk(tmp_path)
    assert left.removed_by == f"make destroy STATE={folder}"
    assert "deployed on aws" in left.holds


def test_a_state_that_terraform_could_not_finish_counts_as_one(tmp_path: Path, dead: int) -> None:
    folder = run_folder(tmp_path, dead, target=Target.AWS, holding=False)
    (folder / "terraform.compute.tfstate").write_text('{"resou')
    assert left_on_disk(tmp_path)[0].removed_by.startswith("make destroy")


def test_one_run_is_asked_for_by_its_id_or_its_folder(tmp_path: Path, dead: int) -> None:
    folder = run_folder(tmp_path, dead, holding=False)
    for run in ("run-1", folder.name):
        assert [each.folder for each in left_on_disk(tmp_path, run=run)] == [folder]
    assert left_on_disk(tmp_path, run="run-2") == []
