# SPDX-License-Identifier: Apache-2.0
"""What an endpoint that is killed loses of its kept account, and what keeping it costs."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.measurement import Measurement
from benchmarks.processes import Run, run
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.background_process import is_running, wait_until
from handson.endpoint_lookup import LocalEndpoint
from handson.local_endpoint import ON_FREE_PORTS, Life, down, up
from handson.project import CHECKOUT

KILLS = 50
LONGEST_SECONDS = 1.5
"""Until a kill; each comes at a random moment before."""
PAIRS = 3


def measure() -> Iterator[Measurement]:
    """Yields the changes that were lost, and the seconds of a live run with and without keeping."""
    yield _lost_by_kills()
    yield _cost()


def _lost_by_kills() -> Measurement:
    lost = acknowledged = 0
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        try:
            again = up({**os.environ, **ON_FREE_PORTS}, state, Life.KEPT)
            clusters: list[str] = []
            names = map("cluster-{}".format, itertools.count())
            for _ in range(KILLS):
                endpoint = up({**os.environ, **ON_FREE_PORTS}, state, Life.KEPT)
                before = len(clusters)
                _change_until_killed(endpoint, names, clusters)
                again = up({**os.environ, **ON_FREE_PORTS}, state, Life.KEPT)
                there = _clusters(again)
                lost += len({*clusters} - there)
                acknowledged += len(clusters) - before
                clusters = sorted(there)  # What is lost once is counted once.
        finally:
            down(state)
    return Measurement(
        f"changes lost in {KILLS} kills",
        "changes",
        ours=lost,
        reference=acknowledged,
        reference_is="acknowledged",
        peak_mib=again.peak_memory / 2**20,
    )


def _change_until_killed(
    endpoint: LocalEndpoint, names: Iterator[str], clusters: list[str]
) -> None:
    """Makes cluster after cluster until the endpoint is killed; notes those that it answered."""

    def kill() -> None:
        time.sleep(random.uniform(0, LONGEST_SECONDS))
        os.kill(endpoint.pid, signal.SIGKILL)

    killer = Thread(target=kill)
    killer.start()
    aws = _clients(endpoint)
    try:
        for name in names:
            aws.ecs.create_cluster(clusterName=name)
            clusters.append(name)
    except (BotoCoreError, ClientError):
        killer.join()
        wait_until(lambda: not is_running(endpoint.pid), 10)


def _clusters(endpoint: LocalEndpoint) -> set[str]:
    pages = _clients(endpoint).ecs.get_paginator("list_clusters").paginate()
    return {arn.rpartition("/")[2] for page in pages for arn in page["clusterArns"]}


def _clients(endpoint: LocalEndpoint) -> AwsClients:
    return AwsClients(
        child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1")
    )


def _cost() -> Measurement:
    """A live run whose endpoint keeps its account, beside one whose endpoint does not."""
    runs: dict[str, list[Run]] = {"1": [], "0": []}
    for _ in range(PAIRS):
        for keep, measured in runs.items():
            measured.append(_live_run(keep))
    kept, not_kept = (sorted(each, key=lambda run: run.seconds) for each in runs.values())
    return Measurement(
        "make test-live, account kept",
        "s",
        ours=kept[PAIRS // 2].seconds,
        reference=not_kept[PAIRS // 2].seconds,
        reference_is="not kept",
        peak_mib=kept[PAIRS // 2].peak_mib,
    )


def _live_run(keep: str) -> Run:
    environ = {**os.environ, "LOCALAWS_KEEP": keep, "TARGET": "local", "DESIRED": "4"}
    return run([sys.executable, "-m", "handson", "test-live"], cwd=CHECKOUT, env=environ)
