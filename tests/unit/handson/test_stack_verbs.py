# SPDX-License-Identifier: Apache-2.0
"""A user's mistake at deploy, scale, status and destroy is a line, before anything is started."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cloudmap_harness.terraform.deployment import Synthesis
from handson import context, stack_deployment
from handson.cli import main
from handson.errors import EndpointError


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's output folder with one empty stack, and no endpoint to be had."""

    def refuse(environ: Mapping[str, str]) -> str:
        raise EndpointError("no endpoint here")

    folder = tmp_path / "cdktf.out"
    stack = folder / "stacks" / "compute"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text('{"terraform": {"backend": {"local": {"path": "state"}}}}')
    stacks = {"compute": {"dependencies": [], "workingDirectory": "stacks/compute"}}
    (folder / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    monkeypatch.setenv("CDKTF_OUTDIR", str(folder))
    monkeypatch.setattr(context, "start_if_needed", refuse)
    monkeypatch.setattr(stack_deployment, "SYNTHESIS", Synthesis(["false"], tmp_path))
    return folder


@pytest.mark.parametrize(
    ("verb", "variables", "code", "words"),
    [
        ("scale", {}, 2, "scale needs the number of tasks: make scale DESIRED=n"),
        ("scale", {"DESIRED": ""}, 2, "scale needs the number of tasks: make scale DESIRED=n"),
        ("deploy", {"DESIRED": "four"}, 2, 'DESIRED: got "four"; allowed: a whole number from 0'),
        ("deploy", {"DESIRED": "-1"}, 2, "DESIRED: got -1; allowed: a whole number from 0"),
        ("scale", {"DESIRED": "1001"}, 2, "DESIRED: got 1001; allowed: a whole number from 0"),
        ("deploy", {"TARGET": "foo"}, 2, "TARGET: got 'foo', allowed: local, localstack, aws"),
        ("status", {}, 1, "not deployed: `make deploy` does that"),
        ("scale", {"DESIRED": "2"}, 1, "not deployed: `make deploy` does that"),
        ("deploy", {}, 1, "no endpoint here"),
    ],
)
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    variables: dict[str, str],
    code: int,
    words: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main([verb]) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(words)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_there_may_be_nothing_to_destroy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["destroy"]) == 0
    assert capsys.readouterr().out == "nothing is deployed\n"


def test_a_state_counts_as_deployed(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = '{"resources": [{}], "outputs": {}}'
    (own_folder / "stacks" / "compute" / "state").write_text(state)
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "no endpoint here\n"


def test_a_wrong_setting_is_told_as_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDSON_DNS_TTL", "soon")
    monkeypatch.setenv("DESIRED", "2")
    assert main(["deploy"]) == 2
    assert capsys.readouterr().err.startswith('HANDSON_DNS_TTL: dns_ttl: got "soon"; allowed: ')


def test_a_missing_stack_folder_is_synthesized_first(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """States may outlive the output folder; `false` stands in for the synthesis."""
    (own_folder / "manifest.json").unlink()
    assert main(["destroy"]) == 1
    assert "the synthesis failed (exit code 1)" in capsys.readouterr().err
