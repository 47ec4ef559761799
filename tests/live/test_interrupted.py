# SPDX-License-Identifier: Apache-2.0
"""A live test that is told to end takes down what it began, and leaves no process and no port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from handson.project import CHECKOUT

LATE = 120.0


def eventually(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LATE
    while not condition():
        assert time.monotonic() < deadline, f"not within {LATE:.0f} s: {what}"
        time.sleep(0.05)


def descendants(root: int) -> set[int]:
    """The processes that `root` started, and those that these started."""
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], stdout=subprocess.PIPE, text=True)
    parents = [tuple(map(int, line.split())) for line in listing.stdout.splitlines()]
    found = {root}
    while more := {pid for pid, parent in parents if parent in found} - found:
        found |= more
    return found - {root}


def is_running(pid: int) -> bool:
    """False for a zombie too, which its own parent has to collect."""
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", str(pid)], stdout=subprocess.PIPE, text=True
    )
    return state.stdout.strip() not in ("", "Z")


def test_what_it_began_is_taken_down(terraform: str, tmp_path: Path) -> None:
    """GIVEN a live test whose Terraform is creating resources
    WHEN it gets SIGTERM, of which Python by itself dies at once
    THEN it destroys them, says so, and its processes, its port and its folder are gone.
    """
    output = tmp_path / "output"
    with output.open("wb") as stream:
        test = subprocess.Popen(
            [sys.executable, "-m", "handson", "test-live"],
            cwd=CHECKOUT,
            env={**os.environ, "HANDSON_REQUIRE_TOOLS": "1", "TARGET": "local", "DESIRED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        runs = CHECKOUT / ".state" / "live"
        eventually("its folder", lambda: any(runs.glob(f"*-{test.pid}")))
        [folder] = runs.glob(f"*-{test.pid}")
        log = folder / "terraform.log"
        eventually("a resource", lambda: log.is_file() and "Creating..." in log.read_text())
        url = (folder / "localaws.pid").read_text().split()[1]
        started = descendants(test.pid)
    finally:
        test.terminate()
        try:
            code = test.wait(LATE)
        finally:
            test.kill()

    said = output.read_text()
    assert code == 128 + signal.SIGTERM, said
    assert "interrupted\n  destroy " in said
    assert "failed" not in said
    assert len(started) >= 3, "the endpoint, Terraform and its provider"
    assert [pid for pid in started if is_running(pid)] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=5)
    assert not folder.exists()
