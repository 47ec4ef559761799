# SPDX-License-Identifier: Apache-2.0
"""The report of whole runs: one that passes and one whose Terraform fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT

LATE = 600


def run(verb: str, **environ: str) -> tuple[int, str]:
    """The exit code of a command of make, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "handson", verb],
        cwd=CHECKOUT,
        env=environment_without("AWS_", "GITHUB_", "REPORT", "TARGET", "DESIRED", "BY")
        | {"HANDSON_REQUIRE_TOOLS": "1", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LATE,
    )
    return done.returncode, done.stdout


def test_a_run_that_passes_is_reported_where_it_is_wanted(terraform: str, tmp_path: Path) -> None:
    file, summary = tmp_path / "out" / "report.html", tmp_path / "summary.md"
    code, said = run("handson", BY="code", REPORT=str(file), GITHUB_STEP_SUMMARY=str(summary))
    assert code == 0, said
    assert said.splitlines()[-1] == f"report: {file}"
    page = file.read_text()
    for words in ("passed after", "terraform apply compute", "make scale DESIRED=4", "5.100.0"):
        assert words in page
    assert page.count('<rect class="running"') == 4 + 1, "four tasks, and the legend"
    assert page.count('<rect class="record"') == 4 + 1
    assert "Not recorded" not in page
    assert 'cloudmap-handson-httpd-service: <span class="converged">converged' in page
    assert summary.read_text().startswith("## ✅ make handson: passed after")


def test_a_run_whose_terraform_fails_is_reported_always(terraform: str, tmp_path: Path) -> None:
    """GIVEN a Terraform that refuses to apply the last stack
    WHEN make test-live runs without REPORT
    THEN it fails as it would, and says where the report of it is.
    """
    broken = tmp_path / "terraform"
    broken.write_text(
        "#!/bin/sh\n"
        'case "$1:$PWD" in apply:*/compute) echo "Error: <b>no</b> more" >&2; exit 1;; esac\n'
        f'exec {terraform} "$@"\n'
    )
    broken.chmod(0o755)
    code, said = run("test-live", DESIRED="1", TERRAFORM_BINARY_NAME=str(broken))
    assert code == 1
    assert "terraform apply of compute failed (exit code 1):" in said
    found = re.search(r"^report: (.*/\.state/reports/test-live-.*\.html)$", said, re.MULTILINE)
    assert found, said
    file = Path(found[1])
    page = file.read_text()
    file.unlink()
    assert "failed after" in page
    assert "Error: &lt;b&gt;no&lt;/b&gt; more" in page
    assert "<title>step terraform apply compute: failed after" in page
    assert "<title>step destroy: took" in page
    assert "No service was looked at" in page
    assert os.environ.get("HOME", "/nowhere") not in page.replace(str(CHECKOUT), "")
