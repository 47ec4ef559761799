# SPDX-License-Identifier: Apache-2.0
"""Two runs at once, on one endpoint: neither sees or touches what the other has."""

import os
import subprocess
import sys
from pathlib import Path

from cloudmap_harness.aws.targets import Target
from cloudmap_harness.terraform.signals import deferred
from handson.context import Context
from handson.live_run import new_id, own_names
from handson.local_endpoint import ON_FREE_PORTS, Life, down, up
from handson.variables import Variables
from tests.live.faults import QUICK
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT


def test_two_live_runs_at_once_on_one_endpoint(terraform: str, run_folder: Path) -> None:
    """The endpoint stands for LocalStack, where each run has names of its own."""
    url = up({**QUICK, **os.environ, **ON_FREE_PORTS}, run_folder, Life.OWNED).url
    try:
        given = {"TARGET": "localstack", "ENDPOINT": url, "DESIRED": "2", "CI": "true"}
        environ = environment_without("AWS_", "HANDSON_STATE") | given
        runs = [
            subprocess.Popen(
                [sys.executable, "-m", "handson", "test-live"],
                cwd=CHECKOUT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        printed = [run.communicate()[0] for run in runs]
        assert [run.returncode for run in runs] == [0, 0], "\n".join(printed)
        variables = Variables({**environ, **own_names(Target.LOCALSTACK, new_id())})
        aws = Context.reach(variables, variables.settings()).aws
        assert aws.ecs.list_clusters()["clusterArns"] == []
        assert aws.servicediscovery.list_namespaces()["Namespaces"] == []
    finally:
        with deferred():
            down(run_folder)
