# SPDX-License-Identifier: Apache-2.0
"""The set-up's stamps: which steps run once, which run again, and what is printed."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.setup import steps as setup_steps
from scripts.setup.signals import Terminated, exit_code
from scripts.setup.steps import set_up
from scripts.setup.tools import SetupError

PROVIDER = "providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"

FakeProgram = Callable[[str, str], Path]


class Checkout:
    """A checkout in which each step only writes the file that shows that it ran."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder = folder
        self.environ = {"PATH": f"{path}:/usr/bin:/bin"}
        self.done: list[str] = []
        self.fails: BaseException | None = None

    def set_up(self, *, report: bool = False) -> int:
        return set_up(self.folder, self.environ, report=report)

    def install_python(self, folder: Path, environ: object) -> str:
        return self._install("python", folder / ".venv" / "bin" / "python")

    def install_node(self, folder: Path, version: str, environ: object) -> str:
        return self._install("node", self.folder / "node_modules/cdktf-cli/package.json")

    def provide(self, provider: object, binary: str, state: Path, environ: object) -> str:
        return self._install("provider", state / PROVIDER)

    def _install(self, what: str, evidence: Path) -> str:
        self.done.append(what)
        evidence.parent.mkdir(parents=True, exist_ok=True)
        evidence.touch()
        (self.folder / "node_modules" / ".bin").mkdir(parents=True, exist_ok=True)
        if self.fails:
            raise self.fails
        return f"{what} by the fake"


@pytest.fixture
def checkout(
    tmp_path: Path, fake_program: FakeProgram, monkeypatch: pytest.MonkeyPatch
) -> Checkout:
    fake_program("node", "echo v22.1.0")
    fake_program("npm", "echo 10.9.0")
    fake_program("terraform", "echo Terraform v1.11.4; echo on linux_amd64")
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (
        "requirements-uv.lock",
        "requirements.lock",
        "package.json",
        "package-lock.json",
        ".npmrc",
    ):
        (folder / name).write_text(f"content of {name}")
    checkout = Checkout(folder, tmp_path / "bin")
    monkeypatch.setattr(setup_steps, "_install_python", checkout.install_python)
    monkeypatch.setattr(setup_steps, "_install_node", checkout.install_node)
    monkeypatch.setattr(setup_steps, "provide", checkout.provide)
    return checkout


def test_everything_is_done_once(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert checkout.set_up() == 0
    assert checkout.done == ["python", "node", "provider"]
    line = r"^setup: Python packages \.\.\. python by the fake, \d+\.\d s$"
    assert re.search(line, capsys.readouterr().out, re.MULTILINE)
    assert checkout.set_up() == 0
    assert checkout.done == ["python", "node", "provider"]
    assert capsys.readouterr().out == ""


def test_a_report_says_what_is_there(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.set_up()
    capsys.readouterr()
    assert checkout.set_up(report=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "setup: Python packages: python by the fake",
        "setup: CDKTF command line: node by the fake",
        "setup: Terraform provider hashicorp/aws 5.100.0: from provider by the fake",
    ]


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.lock", ["python"]),
        ("requirements-uv.lock", ["python"]),
        ("package-lock.json", ["node"]),
        (".npmrc", ["node"]),
    ],
)
def test_a_changed_file_is_installed_from_again(
    checkout: Checkout, changed: str, again: list[str]
) -> None:
    checkout.set_up()
    file = checkout.folder / changed
    file.touch()  # Its time alone does not count.
    checkout.set_up()
    file.write_text("other")
    checkout.set_up()
    assert checkout.done == ["python", "node", "provider", *again]


@pytest.mark.parametrize(("fact", "value"), [("base_prefix", "/other"), ("version", "3.12.0")])
def test_another_python_makes_another_environment(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, fact: str, value: str
) -> None:
    checkout.set_up()
    if fact == "base_prefix":
        monkeypatch.setattr("sys.base_prefix", value)
    else:
        monkeypatch.setattr("platform.python_version", lambda: value)
    checkout.set_up()
    assert checkout.done[3:] == ["python"]


def test_a_moved_checkout_is_set_up_where_paths_are_held(
    checkout: Checkout, tmp_path: Path
) -> None:
    checkout.set_up()
    checkout.folder = checkout.folder.rename(tmp_path / "moved")
    checkout.set_up()
    assert checkout.done[3:] == ["python", "provider"]


@pytest.mark.parametrize(
    ("gone", "again"),
    [
        (".venv/bin/python", ["python"]),
        ("node_modules/cdktf-cli/package.json", ["node"]),
        (f".state/{PROVIDER}", ["provider"]),
    ],
)
def test_what_was_removed_is_made_again(checkout: Checkout, gone: str, again: list[str]) -> None:
    checkout.set_up()
    (checkout.folder / gone).unlink()
    checkout.set_up()
    assert checkout.done[3:] == again


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (SetupError("no room"), 1, "no room\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (Terminated(), 143, "interrupted\n"),
    ],
)
def test_an_unfinished_step_runs_again(
    checkout: Checkout,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    told: str,
) -> None:
    checkout.fails = error
    assert exit_code(checkout.set_up, "interrupted") == code
    assert capsys.readouterr().err == told
    checkout.fails = None
    assert checkout.set_up() == 0
    assert checkout.done == ["python", "python", "node", "provider"]


def test_a_missing_program_stops_it_before_anything_is_installed(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bin" / "terraform").unlink()
    checkout.environ["PATH"] = str(tmp_path / "bin")
    assert checkout.set_up() == 1
    assert capsys.readouterr().err.startswith("Terraform: no `terraform` on PATH")
    assert checkout.done == []


def test_two_at_once_do_it_once(checkout: Checkout) -> None:
    threads = [threading.Thread(target=checkout.set_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert checkout.done == ["python", "node", "provider"]


def test_the_launcher_is_the_cdktf_of_both_folders_whatever_npm_put_there(
    checkout: Checkout,
) -> None:
    checkout.set_up()
    links = [checkout.folder / ".venv/bin/cdktf", checkout.folder / "node_modules/.bin/cdktf"]
    links[1].unlink()
    links[1].symlink_to("../cdktf-cli/bundle/bin/cdktf")
    checkout.set_up()
    launcher = checkout.folder / "scripts" / "cdktf"
    assert [link.resolve() for link in links] == [launcher, launcher]
