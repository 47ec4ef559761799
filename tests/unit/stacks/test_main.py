# SPDX-License-Identifier: Apache-2.0
"""main.py as a program: where it writes, and how it reports a mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from main import SETTINGS_FILE, build_app
from stacks.settings import Settings, load_settings
from tests.support.environment import environment_without
from tests.support.files import write_program
from tests.support.paths import CHECKOUT


def run(cwd: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs `python main.py` in ``cwd``, with those variables added to this process's."""
    inherited = environment_without("CDKTF_", "HANDSON_")
    return subprocess.run(
        [sys.executable, *options, str(CHECKOUT / "main.py")],
        cwd=cwd,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_refused(done: subprocess.CompletedProcess[str], message: str) -> None:
    assert done.stderr == f"{message}\n"
    assert (done.returncode, done.stdout) == (2, "")


def test_settings_file_has_every_setting_with_its_default() -> None:
    settings = load_settings(SETTINGS_FILE, {})
    assert settings == Settings()
    assert settings.model_fields_set == set(Settings.model_fields)


@pytest.mark.parametrize("module", ["main", "stacks.settings", "stacks.errors"])
def test_import_starts_no_node_and_writes_nothing(module: str, tmp_path: Path) -> None:
    code = f"import sys, {module}; sys.exit('jsii' in sys.modules or 'cdktf' in sys.modules)"
    environ = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, check=True)
    assert list(tmp_path.iterdir()) == []


def test_variable_changes_the_artefact(tmp_path: Path) -> None:
    done = run(tmp_path, HANDSON_DESIRED_COUNT="350")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"default": 350,' in ((tmp_path / "cdktf.out/stacks/compute/cdk.tf.json").read_text())


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


def test_wrong_setting_is_reported_before_anything_is_written(tmp_path: Path) -> None:
    done = run(tmp_path, HANDSON_DESIRED_COUNT="four")
    assert_refused(
        done,
        'HANDSON_DESIRED_COUNT: desired_count: got "four"; allowed: a whole number from 0 to 1000 '
        "(Cloud Map's limit of instances per service)",
    )
    assert list(tmp_path.iterdir()) == []


def test_missing_node_is_reported(tmp_path: Path) -> None:
    assert_refused(
        run(tmp_path, PATH=str(tmp_path)),
        "CDKTF needs Node.js 20 or newer (nodejs.org); 'node' does not run",
    )


def test_old_node_is_reported(tmp_path: Path) -> None:
    node = write_program(tmp_path / "node", "echo v18.20.4")
    assert_refused(
        run(tmp_path, JSII_NODE=str(node)),
        f"CDKTF needs Node.js 20 or newer (nodejs.org); '{node}' is 'v18.20.4'",
    )


def test_missing_packages_are_reported(tmp_path: Path) -> None:
    assert_refused(
        run(tmp_path, "-S", "-E"),
        f"{sys.executable} has no module pydantic: run `make setup`, then use .venv",
    )


def test_outdir_that_is_a_file_is_reported(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.touch()
    done = run(tmp_path, CDKTF_OUTDIR=str(occupied))
    assert_refused(done, f"[Errno 17] File exists: '{occupied}'")


def test_file_that_node_cannot_write_is_reported(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "discovery").touch()
    done = run(tmp_path, CDKTF_OUTDIR=str(tmp_path))
    assert done.returncode == 2
    assert "ENOTDIR" in done.stderr and "Traceback" not in done.stderr
