# SPDX-License-Identifier: Apache-2.0
"""The embedded endpoint as a background process: started once, found again, ended by its id."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.background_process import is_running
from handson.endpoint_lookup import LocalEndpoint, find_at
from handson.errors import EndpointError
from handson.local_endpoint import ON_FREE_PORTS, Life, down, reset, status, up
from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually

ENVIRON = {**os.environ, **ON_FREE_PORTS, "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder; what was started in it is ended."""
    yield tmp_path
    down(tmp_path)


def test_up_down_and_up_again(state: Path) -> None:
    first = up(ENVIRON, state)
    assert first.started
    assert status(state) == find_at(first.url)
    assert not up(ENVIRON, state).started

    ended = down(state)
    assert ended is not None and ended.pid == first.pid
    assert find_at(first.url) is None
    with pytest.raises(ProcessLookupError):
        os.kill(first.pid, 0)
    assert status(state) is None and down(state) is None

    assert up(ENVIRON, state).started


def test_two_that_come_up_together_start_one(state: Path) -> None:
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: up(ENVIRON, state), range(2)))
    assert both[0].pid == both[1].pid
    assert sorted(each.started for each in both) == [False, True]


def test_a_crash_at_the_start_shows_the_end_of_the_log(state: Path) -> None:
    with pytest.raises(
        EndpointError, match="localaws ended with exit code 1; the end of .*.log:"
    ) as it:
        up(ENVIRON | {"PYTHONHOME": "/nonexistent"}, state)
    assert "Fatal Python error" in str(it.value)
    assert not (state / "localaws.pid").exists()


def test_with_tls_the_certificate_is_in_the_state_folder(state: Path) -> None:
    endpoint = up(ENVIRON | {"LOCALAWS_TLS": "1"}, state)
    assert endpoint.ca_bundle == str(state / "localaws" / "certificate.pem")
    with urllib3.PoolManager(ca_certs=endpoint.ca_bundle, retries=False) as pool:
        assert pool.request("GET", f"{endpoint.https}/_localstack/health").status == 200


def test_an_endpoint_without_tls_is_not_taken_for_one_with_it(state: Path) -> None:
    up(ENVIRON, state)
    with pytest.raises(EndpointError, match="without the HTTPS.*local-down"):
        up(ENVIRON | {"LOCALAWS_TLS": "1"}, state)


def test_a_kept_account_outlives_down_and_goes_with_a_reset(state: Path) -> None:
    clients(up(ENVIRON, state, Life.KEPT)).ecs.create_cluster(clusterName="handson")
    ended = down(state)
    assert ended is not None and ended.account == str(state / "localaws" / "account")
    again = up(ENVIRON, state, Life.KEPT)
    assert again.started and len(clients(again).ecs.list_clusters()["clusterArns"]) == 1
    empty = reset(ENVIRON, state)
    assert empty.pid != again.pid
    assert clients(empty).ecs.list_clusters()["clusterArns"] == []


def test_an_endpoint_of_a_run_keeps_nothing_and_goes_with_it(state: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from handson.local_endpoint import Life, up;"
        "print(up(os.environ, Path(sys.argv[1]), Life.OWNED).pid, flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program, str(state)],
        cwd=CHECKOUT,
        env=ENVIRON,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        assert is_running(pid)
        run.kill()
    eventually(lambda: is_running(pid), lambda runs: not runs)
    assert not (state / "localaws").exists()


def clients(endpoint: LocalEndpoint) -> AwsClients:
    environment = child_environment(
        Target.LOCAL, {}, endpoint=endpoint.url, region="ap-northeast-1"
    )
    return AwsClients(environment)
