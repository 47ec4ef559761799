# SPDX-License-Identifier: Apache-2.0
"""A run's names are settings that are allowed and its own; its folder says where it is."""

import os
from pathlib import Path

import pytest

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.errors import HarnessError
from handson import kept_run
from handson.context import settings_with
from handson.live_run import Run, names, new_id
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
    first, second = (settings_with("1", os.environ | names(target, new_id())) for _ in range(2))
    for name in FIELDS:
        each = {getattr(settings, name) for settings in (Settings(), first, second)}
        assert len(each) == 3, name
    same = {"desired_count": 1, **dict.fromkeys(FIELDS, "")}
    assert first.model_dump() | same == Settings().model_dump() | same


def test_a_local_run_has_the_articles_names() -> None:
    shared = {"HANDSON_STATE_BUCKET": "team-state", "HANDSON_STATE_REGION": "eu-west-1"}
    assert settings_with(None, shared | names(Target.LOCAL, new_id())) == Settings()


@pytest.mark.parametrize(
    ("endpoint", "target"), [("http://127.0.0.1:1", Target.LOCALSTACK), (None, Target.AWS)]
)
def test_a_folder_gives_its_run_again(tmp_path: Path, endpoint: str | None, target: Target) -> None:
    run = Run(target, endpoint, names(target, "run-1"))
    run.write(tmp_path)
    again = Run.read(tmp_path)
    assert (again, again.reached_as) == (run, target)
    child = again.environment(tmp_path)
    assert child["HANDSON_DEPLOYMENT"] == "run-1"
    assert child["CDKTF_OUTDIR"] == str(tmp_path / "cdktf.out")
    assert child.get("ENDPOINT") == endpoint


def test_another_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HarnessError, match="not the folder of a live run"):
        Run.read(tmp_path)
    assert kept_run.main(["destroy", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert tmp_path.exists()


def test_a_run_whose_endpoint_is_gone_is_only_tidied(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    Run(Target.LOCAL, "http://127.0.0.1:1", {}).write(folder)
    assert kept_run.main(["status", str(folder)]) == 1
    assert kept_run.main(["destroy", str(folder)]) == 0
    assert "is gone, and all that was on it" in capsys.readouterr().err
    assert not folder.exists()
