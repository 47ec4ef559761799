# SPDX-License-Identifier: Apache-2.0
"""`make deploy` and its kin share folder and state with the CDKTF CLI."""

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
    assert _counts(copy.run("make", "status")) == ["3", "3", "3", "3", "converged"]

    copy.run("cdktf", "destroy", "--auto-approve")
    assert [copy.managed(stack) for stack in STACKS] == [0, 0, 0]
    status = subprocess.run(
        ["make", "status"], cwd=copy.folder, env=copy.environ, capture_output=True, text=True
    )
    assert status.returncode != 0
    assert "not deployed" in status.stderr


def _counts(table: str) -> list[str]:
    """The row under `desired running instances records`."""
    lines = table.splitlines()
    [head] = [at for at, line in enumerate(lines) if line.split()[:1] == ["desired"]]
    return lines[head + 2].split()
