# SPDX-License-Identifier: Apache-2.0
"""A live test that is told to end takes down what it began, and leaves no process and no port."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually

LATE = 120.0
AROUND_CLUSTER = [
    "aws_ecs_cluster.cluster: Creating...",
    "aws_ecs_task_definition.task_definition: Creation complete",
    "aws_vpc_security_group_egress_rule.all_out: Creation complete",
    "aws_vpc_security_group_ingress_rule.http_from_vpc: Creation complete",
]
"""What Terraform has said once nothing but the cluster is being created."""


def is_running(process: psutil.Process) -> bool:
    """Says whether it runs; a zombie, which its own parent has to collect, does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def only_the_cluster_is_waited_for(log: str) -> bool:
    """Whether Terraform has made all of compute that does not need the cluster."""
    made = set(re.findall(r"(aws_\w+\.\w+): Creation complete", log))
    return (
        "aws_ecs_cluster.cluster: Creating..." in log
        and {
            "aws_ecs_task_definition.task_definition",
            "aws_vpc_security_group_egress_rule.all_out",
            "aws_vpc_security_group_ingress_rule.http_from_vpc",
        }
        <= made
    )


def test_what_it_began_is_taken_down(terraform: str, tmp_path: Path) -> None:
    """GIVEN a live test whose Terraform waits for a cluster, which takes the provider ten seconds
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
        eventually(lambda: any(runs.glob(f"*-{test.pid}")), what="its folder", within=LATE)
        [folder] = runs.glob(f"*-{test.pid}")
        log = folder / "terraform.log"
        # Nothing but the cluster is being made then: of what a provider is interrupted in making
        # Terraform may not know.
        eventually(
            lambda: log.is_file() and only_the_cluster_is_waited_for(log.read_text()),
            what="the cluster",
            within=LATE,
        )
        url = (folder / "localaws.pid").read_text().split()[1]
        started = psutil.Process(test.pid).children(recursive=True)
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
    assert [process for process in started if is_running(process)] == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=5)
    assert not folder.exists()
    found = re.search(r"^report: (.*\.html)$", said, re.MULTILINE)
    assert found, said
    report = Path(found[1])
    page = report.read_text()
    report.unlink()
    assert "interrupted after" in page
    assert "ended by SIGTERM" in page
    assert "<title>step destroy: took" in page
