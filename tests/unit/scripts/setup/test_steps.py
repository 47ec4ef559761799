# SPDX-License-Identifier: Apache-2.0
"""The set-up's stamps: which steps run once, which run again, and what is printed."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.setup import STEPS
from scripts.setup import steps as setup_steps
from scripts.setup.programs import Ended, Programs
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
        self.fails: dict[str, BaseException] = {}

    def set_up(self, *names: str, report: bool = False) -> int:
        return set_up(self.folder, self.environ, names or STEPS, report=report)

    def install_python(self, venv: Path, run: object) -> str:
        return self._install("python", venv / "bin" / "python")

    def install_cdktf(self, version: str, checkout: Path, run: object) -> str:
        return self._install("cdktf", self.folder / "node_modules/cdktf-cli/package.json")

    def provide(self, provider: object, binary: str, state: Path, *rest: object) -> str:
        return self._install("provider", state / PROVIDER)

    def _install(self, what: str, evidence: Path) -> str:
        self.done.append(what)
        evidence.parent.mkdir(parents=True, exist_ok=True)
        evidence.touch()
        if what in self.fails:
            raise self.fails[what]
        return f"{what} by the fake"

    def done_since(self, number: int) -> list[str]:
        """The steps that ran after so many; they run side by side, in any order."""
        return sorted(self.done[number:])


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
    monkeypatch.setattr(setup_steps, "_install_cdktf", checkout.install_cdktf)
    monkeypatch.setattr(setup_steps, "provide", checkout.provide)
    return checkout


def test_everything_is_done_once(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert checkout.set_up() == 0
    assert sorted(checkout.done) == sorted(STEPS)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == (
        "setup: Python packages, CDKTF command line, Terraform provider hashicorp/aws 5.100.0 ..."
    )
    assert len(rest) == 3
    assert any(re.match(r"setup: Python packages: python by the fake, \d+\.\d s$", x) for x in rest)
    assert checkout.set_up() == 0
    assert len(checkout.done) == 3
    assert capsys.readouterr().out == ""


def test_the_named_steps_alone_are_done(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "bin" / "npm").unlink()  # Only the CDKTF command line needs it.
    checkout.environ["PATH"] = str(tmp_path / "bin")
    assert checkout.set_up("python", "provider") == 0
    assert sorted(checkout.done) == ["provider", "python"]
    assert checkout.set_up() == 1


def test_a_report_says_what_is_there(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.set_up()
    capsys.readouterr()
    assert checkout.set_up(report=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "setup: Python packages: python by the fake",
        "setup: CDKTF command line: cdktf by the fake",
        "setup: Terraform provider hashicorp/aws 5.100.0: from provider by the fake",
    ]


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.lock", ["python"]),
        ("requirements-uv.lock", ["python"]),
        ("package-lock.json", ["cdktf"]),
        (".npmrc", ["cdktf"]),
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
    assert checkout.done_since(3) == again


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
    assert checkout.done_since(3) == ["provider", "python"]


@pytest.mark.parametrize(
    ("gone", "again"),
    [
        (".venv/bin/python", ["python"]),
        ("node_modules/cdktf-cli/package.json", ["cdktf"]),
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
    checkout.fails["python"] = error
    assert exit_code(checkout.set_up, "interrupted") == code
    assert capsys.readouterr().err == told
    checkout.fails.clear()
    assert checkout.set_up() == 0
    assert checkout.done_since(3) == ["python"]


def test_every_step_that_failed_is_told_of(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.fails |= {"python": SetupError("no index"), "provider": SetupError("no mirror")}
    assert checkout.set_up() == 1
    assert capsys.readouterr().err == "no index\nno mirror\n"


def test_an_interrupt_ends_the_programs_of_all_steps(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended: list[BaseException] = []

    def provide(*given: object) -> str:
        programs = given[-1]
        assert isinstance(programs, Programs)
        (tmp_path / "started").touch()
        try:
            programs.run(["sleep", "600"], cwd=tmp_path, env=checkout.environ)
        except Ended as error:
            ended.append(error)
            with pytest.raises(Ended):  # Nothing is started after it.
                programs.run(["touch", "late"], cwd=tmp_path, env=checkout.environ)
            raise
        return "not interrupted"

    def install_python(*_: object) -> str:
        while not (tmp_path / "started").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_steps, "provide", provide)
    monkeypatch.setattr(setup_steps, "_install_python", install_python)
    assert exit_code(checkout.set_up, "") == 130
    assert ended
    assert not (tmp_path / "late").exists()


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
    assert sorted(checkout.done) == sorted(STEPS)


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
