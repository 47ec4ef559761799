# SPDX-License-Identifier: Apache-2.0
"""main.py as a person runs it: where it writes, and how it says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from main import SETTINGS_FILE, build_app
from stacks.settings import Settings, load_settings


def run(
    checkout: Path, cwd: Path, *options: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    """`python main.py` in ``cwd``, with those variables besides this process's."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CDKTF_", "HANDSON_"))}
    return subprocess.run(
        [sys.executable, *options, str(checkout / "main.py")],
        cwd=cwd,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_told(done: subprocess.CompletedProcess[str], message: str) -> None:
    assert done.stderr == f"{message}\n"
    assert (done.returncode, done.stdout) == (2, "")


def test_settings_file_has_every_setting_with_its_default() -> None:
    settings = load_settings(SETTINGS_FILE, {})
    assert settings == Settings()
    assert settings.model_fields_set == set(Settings.model_fields)


def test_import_starts_no_node_and_writes_nothing(checkout: Path, tmp_path: Path) -> None:
    code = "import sys, main; sys.exit('jsii' in sys.modules or 'cdktf' in sys.modules)"
    environ = os.environ | {"PYTHONPATH": str(checkout)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, check=True)
    assert list(tmp_path.iterdir()) == []


def test_variable_changes_the_artefact(checkout: Path, tmp_path: Path) -> None:
    done = run(checkout, tmp_path, HANDSON_DESIRED_COUNT="350")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"desired_count": 350,' in (
        (tmp_path / "cdktf.out/stacks/compute/cdk.tf.json").read_text()
    )


def test_outdir_argument_wins_over_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "variable"))
    build_app(Settings(), str(tmp_path / "argument")).synth()
    assert [path.name for path in tmp_path.iterdir()] == ["argument"]


def test_outdir_variable_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "a" / "b"))
    build_app(Settings()).synth()
    assert (tmp_path / "a" / "b" / "manifest.json").is_file()


def test_wrong_setting_is_told_before_anything_is_written(checkout: Path, tmp_path: Path) -> None:
    done = run(checkout, tmp_path, HANDSON_DESIRED_COUNT="four")
    assert_told(
        done,
        'HANDSON_DESIRED_COUNT: desired_count: got "four"; allowed: a whole number from 0 to 1000 '
        "(Cloud Map's limit of instances per service)",
    )
    assert list(tmp_path.iterdir()) == []


def test_missing_node_is_told(checkout: Path, tmp_path: Path) -> None:
    assert_told(
        run(checkout, tmp_path, PATH=str(tmp_path)),
        "CDKTF needs Node.js 20 or newer (nodejs.org); 'node' does not run",
    )


def test_old_node_is_told(checkout: Path, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v18.20.4\n")
    node.chmod(0o755)
    assert_told(
        run(checkout, tmp_path, JSII_NODE=str(node)),
        f"CDKTF needs Node.js 20 or newer (nodejs.org); '{node}' is 'v18.20.4'",
    )


def test_missing_packages_are_told(checkout: Path, tmp_path: Path) -> None:
    assert_told(
        run(checkout, tmp_path, "-S", "-E"),
        f"{sys.executable} has no module pydantic: run `make setup`, then use .venv",
    )


def test_outdir_that_is_a_file_is_told(checkout: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.touch()
    done = run(checkout, tmp_path, CDKTF_OUTDIR=str(occupied))
    assert_told(done, f"[Errno 17] File exists: '{occupied}'")


def test_what_node_cannot_write_is_told(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "discovery").touch()
    done = run(checkout, tmp_path, CDKTF_OUTDIR=str(tmp_path))
    assert done.returncode == 2
    assert "ENOTDIR" in done.stderr and "Traceback" not in done.stderr
