# SPDX-License-Identifier: Apache-2.0
"""`make deploy` and its kin share folder and state with the CDKTF CLI."""

import re
import subprocess

from tests.live.checkout import STACKS, Copy


def test_the_cli_ends_what_make_began(copy: Copy) -> None:
    """GIVEN a deployment by `make deploy`
    WHEN it is looked at, scaled by make and destroyed by the CLI
    THEN each finds what the one before left.
    """
    copy.run("make", "deploy", "DESIRED=2")
    assert _counts(copy.run("make", "status")) == ["2", "2", "2", "2", "converged"]
    copy.run("make", "scale", "DESIRED=3")
    scaled = copy.run("make", "status")
    assert _counts(scaled) == ["3", "3", "3", "3", "converged"]
    assert _counts(scaled, below=1) == ["was", "2"] * 4
    assert re.search(r"^  the last look was \d+ s ago\n  came: \d+\.\d+\.\d+\.\d+$", scaled, re.M)
    assert "nothing has changed since the last look" in copy.run("make", "status")

    copy.run("cdktf", "destroy", "--auto-approve")
    assert [copy.managed(stack) for stack in STACKS] == [0, 0, 0]
    status = subprocess.run(
        ["make", "status"], cwd=copy.folder, env=copy.environ, capture_output=True, text=True
    )
    assert status.returncode != 0
    assert "not deployed" in status.stderr


def _counts(table: str, below: int = 0) -> list[str]:
    """The row under `desired running instances records`, or one below it."""
    lines = table.splitlines()
    [head] = [at for at, line in enumerate(lines) if line.split()[:1] == ["desired"]]
    return lines[head + 2 + below].split()
