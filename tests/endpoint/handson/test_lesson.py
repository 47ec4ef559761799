# SPDX-License-Identifier: Apache-2.0
"""The lesson about TTLs, once with one TTL and a quicker clock, and its end by Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.vpc_client import VpcClient
from handson.background_process import is_running, read_pid_file
from handson.lesson.behaviours import (
    ASKS_EACH_TIME,
    BEHAVIOURS,
    FOR_EVER,
    HONOURS_TTL,
    TRIES_NEXT,
)
from handson.lesson.calls import Outcome
from handson.lesson.drawing import draw
from handson.lesson.figures import Row
from handson.lesson.pace import Pace
from handson.lesson.plan import DEPLOYMENT, DOWN, EMPTY, PHASES, TASKS, UP_AGAIN, Plan
from handson.lesson.run import LessonRun, run_lesson
from handson.project import STATE
from handson.variables import Variables
from handson.walkthrough import own_endpoint
from tests.support.paths import CHECKOUT
from tests.support.waiting import eventually

PLAN = Plan(ttls=(10,), pace=Pace(40))
SERVICE = "ttl-10"
REGION = "ap-northeast-1"


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What the run says that it does."""
    return []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> LessonRun:
    variables = Variables({**os.environ, **PLAN.pace.endpoint_variables})
    with own_endpoint(variables, tmp_path_factory.mktemp("lesson")) as endpoint:
        environment = child_environment(
            Target.LOCAL, variables.environ, endpoint=endpoint.url, region=REGION
        )
        vpc = VpcClient.at(endpoint.dns, endpoint.bastion)
        return run_lesson(PLAN, AwsClients(environment), vpc, lambda what, _: told.append(what))


@pytest.fixture(scope="module")
def rows(run: LessonRun) -> dict[tuple[str, str], Row]:
    return {(row.service, row.client): row for row in run.figures().rows}


def test_every_client_of_every_service_has_its_figures(
    rows: dict[tuple[str, str], Row], told: list[str]
) -> None:
    assert rows.keys() == {(name, each.name) for name in (SERVICE, EMPTY) for each in BEHAVIOURS}
    assert [what for what in told if what in PHASES] == [*PHASES]
    assert all(count.calls for row in rows.values() for count in row.counts.values())


def test_who_keeps_addresses_for_ever_calls_tasks_that_have_gone_until_the_end(
    rows: dict[tuple[str, str], Row],
) -> None:
    counts = rows[SERVICE, FOR_EVER.name].counts
    assert counts[UP_AGAIN].failed and counts[UP_AGAIN].seconds is None
    assert counts[DEPLOYMENT].failed and counts[DEPLOYMENT].seconds is None


def test_who_asks_each_time_is_right_in_the_end(rows: dict[tuple[str, str], Row]) -> None:
    counts = rows[SERVICE, ASKS_EACH_TIME.name].counts
    assert [count.seconds is None for count in counts.values()] == [False] * len(PHASES)


def test_the_next_address_answers_while_some_tasks_stay(rows: dict[tuple[str, str], Row]) -> None:
    assert rows[SERVICE, TRIES_NEXT.name].counts[DOWN].failed == 0


def test_a_name_that_was_empty_stays_unknown_to_who_honours_the_soa(
    rows: dict[tuple[str, str], Row],
) -> None:
    assert rows[EMPTY, HONOURS_TTL.name].outcomes.keys() == {Outcome.NO_NAME}


def test_the_lives_of_the_tasks_are_those_of_the_phases(run: LessonRun) -> None:
    lives = {each.service: each.lives for each in run.services}
    assert len(lives[SERVICE]) == 3 * TASKS
    assert len(lives[EMPTY]) == TASKS
    for life in lives[SERVICE]:
        assert life.registered is not None and life.address.startswith("10.0.")
    gone = [life for life in lives[SERVICE] if life.deregistered is not None]
    assert len(gone) == 2 * TASKS
    for life in gone:
        assert life.stopping is not None and life.deregistered is not None
        assert life.deregistered <= life.stopping, "ECS deregisters first"


def test_each_service_can_be_drawn(run: LessonRun) -> None:
    for service in run.services:
        picture = draw(service)
        assert picture.startswith("<svg ") and "prefers-color-scheme:dark" in picture
        assert all(f">{each.name}<" in picture for each in BEHAVIOURS)


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    """`make lesson`, as make runs it; ended in any case."""
    with subprocess.Popen(
        [sys.executable, "-m", "handson", "lesson"],
        cwd=CHECKOUT,
        env={**os.environ, "TTL": "10"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_ends_the_clients_and_the_endpoint(command: subprocess.Popen[str]) -> None:
    assert command.stdout and command.stderr
    for line in command.stdout:
        if re.match(r"  nothing changes yet +30 s on AWS", line):
            break
    (folder,) = STATE.glob(f"lesson-{command.pid}-*")
    recorded = read_pid_file(folder)
    assert recorded and is_running(recorded[0])
    command.send_signal(signal.SIGINT)
    assert command.wait(60) == 128 + signal.SIGINT
    words = command.stderr.read()
    assert words == "lesson: SIGINT; the endpoint has ended; nothing is written\n"
    assert not Path(folder).exists()
    eventually(lambda: not is_running(recorded[0]))
