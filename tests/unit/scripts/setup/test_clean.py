# SPDX-License-Identifier: Apache-2.0
"""`make clean`, always in a temporary checkout: what it removes, keeps and refuses."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.setup.clean import GENERATED, PYTHON_FOLDERS, clean
from tests.support.files import write_files, write_program
from tests.support.paths import CHECKOUT
from tests.unit.boundaries import PARTS

SOURCES = {
    "main.py": "",
    "handson.toml": "",
    ".git/HEAD": "ref",
    ".gitignore": "",
    "stacks/settings.py": "",
    "tests/unit/test_x.py": "",
    "package-lock.json": "{}",
    # Beside what is generated, and named almost like it.
    "junit-notes.txt": "mine",
    "terraform.compute.tfstate.before-the-upgrade": "mine",
    "cdktf.out.old/manifest.json": "mine",
    "terraform.tfvars": "mine",
    "stacks/cdktf.out/mine": "mine",
    "tests/.state/mine": "mine",
    "venv/lib/__pycache__/x.pyc": "mine",
    ".venv-3.12/bin/python": "mine",
}
MADE = {
    ".venv/lib/x.py": "",
    "node_modules/.bin/cdktf": "",
    ".state/terraform.rc": "",
    ".state/live/20260101-000000-1/terraform.compute.tfstate": '{"resources": []}',
    "cdktf.out/stacks/compute/.terraform/x": "",
    "cdktf.log": "",
    "terraform.compute.tfstate": '{"resources": []}',
    "terraform.compute.tfstate.backup": "",
    "terraform.compute.tfstate.1700000000.backup": "",
    ".terraform.compute.tfstate.lock.info": "",
    "junit.xml": "",
    "junit-live.xml": "",
    ".mypy_cache/x": "",
    ".pytest_cache/x": "",
    ".ruff_cache/x": "",
    "__pycache__/main.pyc": "",
    "stacks/__pycache__/x.pyc": "",
    "tests/unit/deep/__pycache__/x.pyc": "",
}
RESOURCE = {"mode": "managed", "type": "aws_ecs_cluster", "name": "cluster"}
DATA = {"mode": "data", "type": "aws_vpc", "name": "vpc"}
RUN = ".state/live/20260101-000000-1"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with sources and everything that is generated in one, and no deployment."""
    folder = tmp_path / "checkout"
    write_files(folder, SOURCES | MADE)
    return folder


def files(folder: Path) -> set[str]:
    """Every file and link below the folder; links are not followed."""
    return {
        Path(parent, name).relative_to(folder).as_posix()
        for parent, folders, names in os.walk(folder)
        for name in (*names, *(each for each in folders if Path(parent, each).is_symlink()))
    }


def write_state(checkout: Path, name: str, *resources: dict[str, str]) -> None:
    write_files(checkout, {name: json.dumps({"resources": resources})})


def assert_refused(checkout: Path, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Asserts that clean says just that, ends with 1 and removes nothing."""
    before = files(checkout)
    assert clean(checkout) == 1
    assert capsys.readouterr() == ("", message)
    assert files(checkout) == before


def test_everything_generated_is_removed_and_nothing_else(checkout: Path) -> None:
    assert clean(checkout) == 0
    assert files(checkout) == set(SOURCES)
    for name in MADE:
        assert not (checkout / name.split("/")[0]).exists() or name.split("/")[0] in PYTHON_FOLDERS


def test_clean_checkout_stays_as_it_is(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [clean(checkout), clean(checkout)] == [0, 0]
    assert files(checkout) == set(SOURCES)
    assert capsys.readouterr() == ("", "")


def test_empty_folder_is_clean(tmp_path: Path) -> None:
    assert clean(tmp_path) == 0


def test_what_git_ignores_at_the_top_is_what_is_removed() -> None:
    ignored = re.findall(r"^/(.*?)/?$", (CHECKOUT / ".gitignore").read_text(), re.MULTILINE)
    assert len(ignored) > 5
    for pattern in ignored:
        assert any(each.startswith(pattern.rstrip("*")) for each in GENERATED), pattern


def test_bytecode_of_every_part_is_removed() -> None:
    folders = {part.path.split("/")[0] for part in PARTS} - {"main.py"}
    assert set(PYTHON_FOLDERS) == folders


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("terraform.compute.tfstate", "make destroy"),
        (f"{RUN}/terraform.compute.tfstate", f"make destroy STATE={RUN}"),
    ],
)
def test_state_that_holds_resources_is_kept_with_everything_else(
    checkout: Path, capsys: pytest.CaptureFixture[str], state: str, remedy: str
) -> None:
    write_state(checkout, state, RESOURCE, DATA, RESOURCE)
    assert_refused(
        checkout,
        f"clean: {state} still holds 2 resources: run `{remedy}` first\n"
        "clean: nothing was removed\n",
        capsys,
    )


def test_every_deployment_is_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("terraform.compute.tfstate", "terraform.discovery.tfstate"):
        write_state(checkout, name, RESOURCE)
    assert clean(checkout) == 1
    assert [line.split(":")[1] for line in capsys.readouterr().err.splitlines()] == [
        " terraform.compute.tfstate still holds 1 resources",
        " terraform.discovery.tfstate still holds 1 resources",
        " nothing was removed",
    ]


def test_state_of_data_sources_alone_is_no_deployment(checkout: Path) -> None:
    write_state(checkout, "terraform.network-inputs.tfstate", DATA)
    assert clean(checkout) == 0
    assert files(checkout) == set(SOURCES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"resources": null}',
        b'{"resources": [null]}',
        b'{"resources": [{}]}',
        b"\xff\xfe",
    ],
)
def test_state_that_cannot_be_read_counts_as_a_deployment(
    checkout: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (checkout / "terraform.compute.tfstate").write_bytes(content)
    assert_refused(
        checkout,
        "clean: terraform.compute.tfstate cannot be read: delete it if nothing is deployed from "
        "it\nclean: nothing was removed\n",
        capsys,
    )


def test_state_that_is_a_folder_or_a_broken_link_counts_too(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "terraform.folder.tfstate").mkdir()
    (checkout / "terraform.link.tfstate").symlink_to("nowhere")
    assert clean(checkout) == 1
    told = capsys.readouterr().err
    assert "terraform.folder.tfstate cannot be read" in told
    assert "terraform.link.tfstate cannot be read" in told


def test_state_behind_a_link_is_read(checkout: Path, tmp_path: Path) -> None:
    shutil.move(checkout / ".state", tmp_path / "elsewhere")
    (checkout / ".state").symlink_to(tmp_path / "elsewhere")
    write_state(checkout, f"{RUN}/terraform.compute.tfstate", RESOURCE)
    assert clean(checkout) == 1
    assert (checkout / ".state" / "terraform.rc").exists()


@pytest.mark.parametrize(
    "link",
    [
        ".venv",
        "node_modules",
        ".state",
        "cdktf.out",
        ".ruff_cache",
        "__pycache__",
        "stacks/__pycache__",
        "stacks/shared",
        "localaws",
        "cdktf.out/stacks/compute/link",
        "junit.xml",
        "terraform.x.tfstate.backup",
    ],
)
def test_no_link_is_followed_out_of_the_checkout(checkout: Path, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    write_files(outside, {"file": "", "__pycache__/x.pyc": "", "below/__pycache__/x.pyc": ""})
    path = checkout / link
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(outside)
    assert clean(checkout) == 0
    assert files(outside) == {"file", "__pycache__/x.pyc", "below/__pycache__/x.pyc"}
    # A link in the place of something generated goes; any other is the user's.
    assert path.is_symlink() == (link in ("stacks/shared", "localaws"))


def with_python(checkout: Path, script: str) -> None:
    """Makes the checkout's own Python a shell script, and records that an endpoint runs."""
    write_program(checkout / ".venv" / "bin" / "python", script)
    write_files(checkout, {".state/localaws.pid": f"{os.getpid()}\nhttp://127.0.0.1:4566\n"})


def test_endpoint_is_stopped_before_anything_is_removed(checkout: Path, tmp_path: Path) -> None:
    with_python(
        checkout,
        f'echo "$@" >{tmp_path}/called; pwd >>{tmp_path}/called; ls -A >>{tmp_path}/called',
    )
    assert clean(checkout) == 0
    called = (tmp_path / "called").read_text().split("\n")
    assert called[:2] == ["-m handson local-down", str(checkout)]
    assert {".state", ".venv", "node_modules", "cdktf.out"} <= set(called)
    assert files(checkout) == set(SOURCES)


def test_endpoint_that_does_not_stop_keeps_everything(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_python(checkout, "exit 1")
    assert_refused(
        checkout,
        "clean: the embedded endpoint was not stopped; nothing was removed\n",
        capsys,
    )


def test_endpoint_is_left_running_while_something_is_deployed(
    checkout: Path, tmp_path: Path
) -> None:
    with_python(checkout, f"touch {tmp_path}/called")
    write_state(checkout, "terraform.compute.tfstate", RESOURCE)
    assert clean(checkout) == 1
    assert not (tmp_path / "called").exists()


def test_without_an_endpoint_none_is_stopped(checkout: Path, tmp_path: Path) -> None:
    write_program(checkout / ".venv" / "bin" / "python", f"touch {tmp_path}/called")
    assert clean(checkout) == 0
    assert not (tmp_path / "called").exists()


def test_running_endpoint_without_venv_keeps_everything(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_python(checkout, "")
    shutil.rmtree(checkout / ".venv")
    assert_refused(
        checkout,
        f"clean: the embedded endpoint (process {os.getpid()}) cannot be stopped without .venv: "
        "run `make setup`, or end the process and delete .state/localaws.pid; "
        "nothing was removed\n",
        capsys,
    )


@pytest.mark.parametrize("content", ["{ended}\nhttp://127.0.0.1:4566\n", "", "none\n", "9" * 30])
def test_without_venv_a_record_of_no_running_process_is_removed(
    checkout: Path, content: str
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    write_files(checkout, {".state/localaws.pid": content.format(ended=ended.pid)})
    shutil.rmtree(checkout / ".venv")
    assert clean(checkout) == 0
    assert files(checkout) == set(SOURCES)


def test_running_endpoint_of_a_kept_live_run_keeps_everything(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(checkout, {f"{RUN}/localaws.pid": f"{os.getpid()}\nhttp://127.0.0.1:1\n"})
    assert_refused(
        checkout,
        f"clean: process {os.getpid()} of {RUN}/localaws.pid runs: run `make destroy STATE={RUN}` "
        "first\nclean: nothing was removed\n",
        capsys,
    )


def test_ended_endpoint_of_a_kept_live_run_is_removed(checkout: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    write_files(checkout, {f"{RUN}/localaws.pid": f"{ended.pid}\nhttp://127.0.0.1:1\n"})
    assert clean(checkout) == 0
    assert files(checkout) == set(SOURCES)


def run_clean(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in the temporary checkout, with the standard library and nothing else."""
    shutil.copytree(CHECKOUT / "scripts" / "setup", checkout / "scripts" / "setup")
    return subprocess.run(
        [sys.executable, "-S", "-E", "-B", "-m", "scripts.setup.clean", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_needs_no_installed_package(checkout: Path) -> None:
    done = run_clean(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {each for each in files(checkout) if not each.startswith("scripts/")} == set(SOURCES)
    assert (checkout / "scripts" / "setup" / "clean.py").exists()


def test_wrong_use_removes_nothing(checkout: Path) -> None:
    done = run_clean(checkout, "--dry-run")
    assert done.returncode == 2
    assert "unrecognized arguments: --dry-run" in done.stderr
    assert set(MADE) <= files(checkout)


@pytest.mark.parametrize(("signal", "code"), [("INT", 130), ("TERM", 143)])
def test_signal_ends_it_with_one_line(checkout: Path, signal: str, code: int) -> None:
    with_python(checkout, f"kill -{signal} $PPID")
    done = run_clean(checkout)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == "clean: interrupted; run `make clean` again\n"
