# SPDX-License-Identifier: Apache-2.0
"""What the launcher adds to a command line of the CDKTF CLI, and what it leaves alone."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from handson import cdktf_wrapper as launcher
from handson.cdktf_wrapper import Call, required_stacks, with_stacks
from handson.cli import main
from handson.errors import UsageError

GRAPH = {
    "compute": ["network-inputs", "discovery"],
    "discovery": ["network-inputs"],
    "network-inputs": [],
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is synthesized already, with a terminal; returns its folder."""
    (tmp_path / "cdktf.json").write_text('{"language": "python", "app": "exit 9"}')
    write_manifest(tmp_path / "cdktf.out")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    return tmp_path


def write_manifest(outdir: Path) -> None:
    outdir.mkdir()
    stacks = {name: {"name": name, "dependencies": needs} for name, needs in GRAPH.items()}
    (outdir / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": stacks}))


def typed(line: str, **environ: str) -> str:
    """What the CLI gets for that command line."""
    return " ".join(with_stacks(Call.of(line.split()), environ))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("deploy discovery compute", ["deploy", "discovery", "compute"]),
        ("deploy --auto-approve discovery", ["deploy", "discovery"]),
        ("deploy --auto-approve true discovery", ["deploy", "discovery"]),
        ("deploy -o out discovery --output=other compute", ["deploy", "discovery", "compute"]),
        ("deploy discovery --var a=1 b=2 --parallelism 1", ["deploy", "discovery"]),
        ("deploy --outputsFile out.json discovery", ["deploy", "discovery"]),
        ("--no-color destroy", ["destroy"]),
        ("--log-level debug destroy", ["destroy"]),
        ("", []),
    ],
)
def test_stacks_are_told_from_options_and_their_values(line: str, words: list[str]) -> None:
    assert list(Call.of(line.split()).words) == words


@pytest.mark.parametrize(
    ("command", "named", "more"),
    [
        ("deploy", {"network-inputs"}, []),
        ("deploy", {"discovery"}, ["network-inputs"]),
        ("deploy", {"discovery", "compute"}, ["network-inputs"]),
        ("deploy", {"compute"}, ["discovery", "network-inputs"]),
        ("destroy", {"compute"}, []),
        ("destroy", {"discovery"}, ["compute"]),
        ("destroy", {"network-inputs"}, ["compute", "discovery"]),
    ],
)
def test_what_belongs_to_the_named_stacks(command: str, named: set[str], more: list[str]) -> None:
    assert required_stacks(command, named, GRAPH) == more


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        ("deploy", "deploy *"),
        ("apply --auto-approve", "apply * --auto-approve"),
        ("destroy", "destroy *"),
        ("deploy compute --skip-synth", "deploy discovery network-inputs compute --skip-synth"),
        ("destroy discovery --skip-synth", "destroy compute discovery --skip-synth"),
        ("--no-color destroy --var a=1", "--no-color destroy * --var a=1"),
    ],
)
@pytest.mark.usefixtures("project")
def test_deploy_and_destroy_get_their_stacks(line: str, passed: str) -> None:
    assert typed(line) == passed


@pytest.mark.parametrize(
    "line",
    [
        "",
        "--version",
        "synth",
        "diff compute",
        "plan compute",
        "output compute --outputs-file x.json",
        "list",
        "deploy --help",
        "destroy -h discovery",
        "deploy compute --ignore-missing-stack-dependencies",
        "no-such-command",
    ],
)
@pytest.mark.usefixtures("project")
def test_everything_else_passes_through(line: str) -> None:
    assert typed(line) == line


@pytest.mark.usefixtures("project")
def test_stacks_that_the_environment_names_stay() -> None:
    assert typed("deploy", CDKTF_STACKS="disc*") == "deploy"


def test_outside_a_project_the_cli_says_so_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed("deploy compute") == "deploy compute"


def test_named_stacks_are_synthesized_once_by_the_app_of_the_project(project: Path) -> None:
    (project / "cdktf.json").write_text('{"app": "cp -r cdktf.out $CDKTF_OUTDIR", "output": "o"}')
    assert typed("deploy discovery") == "deploy network-inputs --skip-synth discovery"
    assert (project / "o" / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("line", "environ"),
    [
        ("deploy discovery -o there", {}),
        ("deploy discovery", {"CDKTF_OUTPUT": "there"}),
        ("deploy discovery --output=there", {"CDKTF_OUTPUT": "elsewhere"}),
    ],
)
def test_the_output_folder_is_the_one_that_the_cli_takes(
    project: Path, line: str, environ: dict[str, str]
) -> None:
    app = {"CDKTF_APP": "cp -r cdktf.out $CDKTF_OUTDIR"}
    assert "network-inputs" in typed(line, **app, **environ)
    assert (project / "there" / "manifest.json").is_file()


@pytest.mark.usefixtures("project")
def test_an_app_that_fails_ends_it() -> None:
    with pytest.raises(UsageError, match="exit code 9 from: exit 9"):
        typed("deploy discovery")


def test_a_broken_project_file_is_told(project: Path) -> None:
    (project / "cdktf.json").write_text("{")
    with pytest.raises(UsageError, match="cdktf.json: Expecting"):
        typed("deploy discovery")


def test_a_folder_without_a_synthesis_is_told(project: Path) -> None:
    with pytest.raises(UsageError, match="none/manifest.json is not there"):
        typed("deploy discovery --skip-synth -o none")


@pytest.mark.parametrize("line", ["deploy", "destroy compute"])
@pytest.mark.usefixtures("project")
def test_without_a_terminal_approval_must_be_given(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    with pytest.raises(UsageError, match="needs --auto-approve"):
        typed(line)
    assert typed("deploy --auto-approve") == "deploy * --auto-approve"
    assert typed("deploy", CDKTF_AUTO_APPROVE="true") == "deploy *"


def test_a_missing_node_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cli").touch()
    monkeypatch.setattr(launcher, "CLI", tmp_path / "cli")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["cdktf", "synth"]) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_checkout_that_is_not_set_up_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "CLI", tmp_path / "none")
    assert main(["cdktf", "synth"]) == 1
    assert capsys.readouterr().err.startswith("cdktf: run `make setup` in ")
