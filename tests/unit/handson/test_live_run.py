# SPDX-License-Identifier: Apache-2.0
"""A run's names are settings that are allowed and its own; its folder says where it is."""

import os
from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from handson.cli import main
from handson.errors import UsageError
from handson.live_run import LiveRun, new_id, own_names
from handson.variables import Variables
from stacks.settings import Settings

FIELDS = (
    "deployment",
    "namespace",
    "service",
    "cluster",
    "ecs_service",
    "family",
    "security_group",
)


@pytest.mark.parametrize("target", [Target.LOCALSTACK, Target.AWS])
def test_two_runs_and_a_deployment_share_no_name(target: Target) -> None:
    first, second = (
        Variables({**os.environ, **own_names(target, new_id()), "DESIRED": "1"}).settings()
        for _ in range(2)
    )
    for name in FIELDS:
        each = {getattr(settings, name) for settings in (Settings(), first, second)}
        assert len(each) == 3, name
    same = {"desired_count": 1, **dict.fromkeys(FIELDS, "")}
    assert first.model_dump() | same == Settings().model_dump() | same


def test_a_local_run_has_the_articles_names() -> None:
    shared = {"HANDSON_STATE_BUCKET": "team-state", "HANDSON_STATE_REGION": "eu-west-1"}
    assert Variables(shared | own_names(Target.LOCAL, new_id())).settings() == Settings()


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [
        ("http://127.0.0.1:1", Target.LOCALSTACK),
        ("http://127.0.0.1:1", Target.LOCAL),
        (None, Target.AWS),
    ],
)
def test_a_folder_gives_its_run_again(tmp_path: Path, endpoint: str | None, target: Target) -> None:
    run = LiveRun(target, endpoint, own_names(target, "run-1"))
    run.write(tmp_path)
    again = LiveRun.read(tmp_path)
    assert again == run
    variables = again.variables(Variables({"TARGET": "foo", "ENDPOINT": "x"}), tmp_path)
    assert variables.target is target
    assert variables.given("ENDPOINT") is None
    assert variables.given("CDKTF_OUTDIR") == str(tmp_path / "cdktf.out")
    deployment = "default" if target is Target.LOCAL else "run-1"
    assert variables.settings().deployment == deployment


def test_another_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="not the folder of a live run"):
        LiveRun.read(tmp_path)
    monkeypatch.setenv("STATE", str(tmp_path))
    assert main(["destroy"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert tmp_path.exists()


def test_a_run_whose_endpoint_is_gone_is_only_tidied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    LiveRun(Target.LOCAL, "http://127.0.0.1:1", {}).write(folder)
    monkeypatch.setenv("STATE", str(folder))
    assert main(["status"]) == 1
    assert main(["destroy"]) == 0
    assert "is gone, and all that was on it" in capsys.readouterr().err
    assert not folder.exists()
