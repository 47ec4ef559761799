# SPDX-License-Identifier: Apache-2.0
"""Two runs on one shared endpoint never meet, and one that is kept is taken down later."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.live_run import LiveRun
from localaws.server import Endpoint
from tests.support.paths import CHECKOUT


def run(*command: str, **environ: str) -> str:
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_kept_run_and_another_and_the_end_of_both(terraform: str) -> None:
    """GIVEN one endpoint that stands for a shared account
    WHEN a run is kept there, while another one is made and destroyed, and then destroyed by make
    THEN neither meets the other's resources and nothing is left.
    """
    live = [sys.executable, "-m", "pytest", "tests/live/test_handson.py"]
    live += ["--target=localstack", "--desired=1"]
    with Endpoint() as endpoint:
        aws = AwsClients(
            child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
        )
        shared = {"ENDPOINT": endpoint.url, "HANDSON_REQUIRE_TOOLS": "1"}
        with ThreadPoolExecutor() as threads:
            other = threads.submit(run, *live, **shared)
            said = run(*live, **shared, KEEP="1")
            other.result()
        [line] = [line for line in said.splitlines() if "make destroy STATE=" in line]
        folder = Path(line.partition("STATE=")[2].partition("`")[0])
        [kept] = aws.servicediscovery.list_namespaces()["Namespaces"]
        assert kept["Name"] == LiveRun.read(folder).names["HANDSON_NAMESPACE"]

        make = ["make", "destroy", f"STATE={folder}"]
        assert "destroyed" in run(*make)
        assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
        assert aws.route53.list_hosted_zones()["HostedZones"] == []
        assert not folder.exists()
