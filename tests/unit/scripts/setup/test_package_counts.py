# SPDX-License-Identifier: Apache-2.0
"""How many packages are installed, by the words of uv, pip, and what is in the folders."""

import json
from pathlib import Path

import pytest

from scripts.setup.package_counts import NodePackages, PythonPackages, is_progress
from tests.support.files import write_files

LOCK = "# made by x\na==1 \\\n    --hash=sha256:0\nb[c]==2\nd-e==3 ; sys_platform == 'win32'\n"


@pytest.fixture
def python(tmp_path: Path) -> PythonPackages:
    write_files(tmp_path, {"requirements.lock": LOCK})
    return PythonPackages(tmp_path / "requirements.lock", tmp_path / ".venv")


def install(tmp_path: Path, *names: str) -> None:
    for name in names:
        folder = tmp_path / ".venv/lib/python3.11/site-packages" / f"{name}.dist-info"
        folder.mkdir(parents=True)


def test_uv_downloads_first_and_installs_then(python: PythonPackages, tmp_path: Path) -> None:
    assert str(python) == "Python packages: 0 of 3"
    for line in ("Resolved 2 packages in 2s", "Downloading a (9.1MiB)", "   Building b==2"):
        python.read(line)
    assert str(python) == "Python packages: 0 of 2 large downloads"
    python.read(" Downloaded a")
    assert str(python) == "Python packages: 1 of 2 large downloads"
    python.read("      Built b==2")
    install(tmp_path, "a-1")
    assert str(python) == "Python packages: 1 of 2"
    install(tmp_path, "b-2", "pip-25")
    assert str(python) == "Python packages: 2 of 2"


def test_pip_collects_and_installs_then(python: PythonPackages, tmp_path: Path) -> None:
    for line in ("Collecting a==1 (from -r x)", "  Downloading a-1.whl (9 MB)", "Collecting b==2"):
        python.read(line)
    assert str(python) == "Python packages: 2 of 3"


def test_npm_is_counted_by_what_is_there(tmp_path: Path) -> None:
    packages: dict[str, dict[str, bool]] = {
        "": {},
        "node_modules/a": {},
        "node_modules/a/node_modules/b": {},
    }
    packages["node_modules/mac"] = {"optional": True}
    write_files(
        tmp_path,
        {
            "package-lock.json": json.dumps({"packages": packages}),
            "node_modules/a/package.json": "{}",
        },
    )
    assert str(NodePackages(tmp_path / "package-lock.json")) == "CDKTF command line: 1 of 2"


@pytest.mark.parametrize(
    ("line", "progress"),
    [
        ("Downloading ruff (10.2MiB)", True),
        (" Downloaded ruff", True),
        ("Using Python 3.11.7 environment at: .venv", True),
        ("Collecting uv==0.9", True),
        ("error: Failed to fetch: `https://pypi.org/simple/uv/`", False),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", False),
        ("  Expected sha256 00", False),
    ],
)
def test_an_error_is_told_apart_from_progress(line: str, progress: bool) -> None:
    assert is_progress(line) is progress
