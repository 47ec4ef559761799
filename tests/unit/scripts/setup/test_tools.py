# SPDX-License-Identifier: Apache-2.0
"""The check of the programs that must be on PATH before anything is installed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.setup.tools import NODE, NPM, SetupError, find, terraform

FakeProgram = Callable[[str, str], Path]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing on PATH but the fakes."""
    return {"PATH": str(tmp_path / "bin")}


def test_new_enough_programs_are_found(fake_program: FakeProgram, environ: dict[str, str]) -> None:
    node = fake_program("node", "echo v22.1.0")
    fake_program("terraform", "echo Terraform v1.11.4; echo on linux_amd64")
    found = find([NODE, terraform(environ)], environ)
    assert found["Node.js"].path == str(node)
    assert found["Node.js"].version == "22.1.0"
    assert found["Terraform"].output == "Terraform v1.11.4\non linux_amd64\n"


def test_every_missing_program_has_a_line_after_the_other_problems(
    environ: dict[str, str],
) -> None:
    with pytest.raises(SetupError) as raised:
        find([NODE, NPM, terraform(environ)], environ, ["Python: no venv"])
    assert str(raised.value).split("\n") == [
        "Python: no venv",
        "Node.js: no `node` on PATH, needed 20.9 or newer; get it from https://nodejs.org/",
        "npm: no `npm` on PATH, needed 9.0 or newer; get it from https://nodejs.org/",
        "Terraform: no `terraform` on PATH, needed 1.5 or newer; "
        "get it from https://developer.hashicorp.com/terraform/install",
    ]


def test_an_old_program_is_reported_with_its_version_and_path(
    fake_program: FakeProgram, environ: dict[str, str]
) -> None:
    node = fake_program("node", "echo v18.19.1")
    with pytest.raises(SetupError) as raised:
        find([NODE], environ)
    assert str(raised.value) == (
        f"Node.js: found 18.19.1 ({node}), needed 20.9 or newer; get it from https://nodejs.org/"
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo hello", "'hello'"),
        ("echo v22.1.0; exit 3", "'v22.1.0'"),
        ("echo broken >&2; exit 127", "'broken'"),
        ("exit 0", "''"),
    ],
)
def test_a_program_that_prints_no_version_is_quoted(
    fake_program: FakeProgram, environ: dict[str, str], script: str, said: str
) -> None:
    fake_program("node", script)
    with pytest.raises(SetupError, match="prints no version") as raised:
        find([NODE], environ)
    assert f"(it printed {said})" in str(raised.value)


def test_a_program_that_cannot_be_started_is_no_traceback(
    fake_program: FakeProgram, environ: dict[str, str]
) -> None:
    fake_program("node", "").write_bytes(b"\x7fELF garbage")
    with pytest.raises(SetupError, match="does not run"):
        find([NODE], environ)


def test_terraform_is_the_binary_that_cdktf_uses(
    fake_program: FakeProgram, environ: dict[str, str]
) -> None:
    environ["TERRAFORM_BINARY_NAME"] = "tofu"
    with pytest.raises(SetupError, match="Terraform: no `tofu` on PATH"):
        find([terraform(environ)], environ)
    fake_program("tofu", "echo OpenTofu v1.8.2; echo on linux_amd64")
    assert find([terraform(environ)], environ)["Terraform"].version == "1.8.2"


def test_warnings_before_the_version_are_skipped(
    fake_program: FakeProgram, environ: dict[str, str]
) -> None:
    fake_program("terraform", "echo 'There are some problems'; echo; echo Terraform v1.6.0-rc1")
    assert find([terraform(environ)], environ)["Terraform"].version == "1.6.0"
