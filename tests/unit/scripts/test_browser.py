# SPDX-License-Identifier: Apache-2.0
"""Which browser is used, and what the browser tests do where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import browser
from scripts.browser import BrowserError, find_browser
from tests.support.paths import CHECKOUT


def program(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_named_browser_wins(tmp_path: Path) -> None:
    program(tmp_path, "chromium")
    mine = program(tmp_path, "mine")
    environ = {"PATH": str(tmp_path), "HANDSON_BROWSER": "mine"}
    assert find_browser(environ) == mine
    assert find_browser({**environ, "HANDSON_BROWSER": mine}) == mine


def test_a_browser_on_path_is_found(tmp_path: Path) -> None:
    edge = program(tmp_path, "microsoft-edge")
    assert find_browser({"PATH": str(tmp_path)}) == edge
    chromium = program(tmp_path, "chromium")
    assert find_browser({"PATH": str(tmp_path)}) == chromium


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "NAMES", ("chromium", str(tmp_path / "Chromium")))
    with pytest.raises(BrowserError, match="install one, or set HANDSON_BROWSER to its path"):
        find_browser({"PATH": str(tmp_path)})
    program(tmp_path, "chromium")
    with pytest.raises(BrowserError, match="HANDSON_BROWSER=other: no such program"):
        find_browser({"PATH": str(tmp_path), "HANDSON_BROWSER": "other"})


@pytest.mark.parametrize("required", ["", "1"])
def test_without_a_browser_one_line_says_so_or_the_tests_fail(required: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/browser"],
        cwd=CHECKOUT,
        env={**os.environ, "HANDSON_BROWSER": "none", "HANDSON_REQUIRE_BROWSER": required},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if "HANDSON_BROWSER=none" in line]
    if required:
        assert done.returncode == 1 and " error" in done.stdout.splitlines()[-1], done.stdout
    else:
        assert done.returncode == 0 and len(lines) == 1, done.stdout
        assert lines[0].startswith("SKIPPED [")
