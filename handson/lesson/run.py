# SPDX-License-Identifier: Apache-2.0
"""Runs the lesson on an endpoint: all services side by side, each with a client of each kind."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.discovery.vpc_client import VpcClient
from cloudmap_harness.timeline.endpoint_pages import read_timeline
from handson.lesson import vpc_calls
from handson.lesson.behaviours import BEHAVIOURS
from handson.lesson.calls import Call, Outcome
from handson.lesson.client import Answer, Client
from handson.lesson.figures import Figures, Row
from handson.lesson.lives import TaskLife, lives_of
from handson.lesson.plan import (
    DEPLOYMENT,
    DOWN,
    EMPTY,
    EMPTY_TTL,
    FEW,
    INTERVAL,
    NAMESPACE,
    NEGATIVE,
    RESTART,
    TASKS,
    TO_NOTHING,
    UP_AGAIN,
    Phase,
    Plan,
    service_of,
)
from handson.lesson.stage import Stage
from handson.lesson.traffic import Traffic

ALWAYS = datetime.fromtimestamp(0, UTC)
"""The beginning of what is read: the first tasks were there before the clients."""
Tell = Callable[[str, float], None]
"""Is told what happens, and for how many seconds on AWS it goes on."""
STEADY = "nothing changes yet"


@dataclass(frozen=True)
class ServiceRun:
    """What the clients of one service did, and what became of its tasks meanwhile."""

    service: str
    calls: Mapping[str, Sequence[Call]]
    """By the name of the client."""
    phases: tuple[Phase, ...]
    lives: tuple[TaskLife, ...]

    def rows(self) -> tuple[Row, ...]:
        """Returns the figures of each client."""
        return tuple(
            Row.of(self.service, client, calls, self.lives, self.phases)
            for client, calls in self.calls.items()
        )


@dataclass(frozen=True)
class LessonRun:
    """A run of the whole lesson; the last service is the empty one."""

    plan: Plan
    services: tuple[ServiceRun, ...]

    def figures(self) -> Figures:
        """Returns what was measured."""
        return Figures(
            self.plan.pace.factor,
            INTERVAL,
            NEGATIVE,
            tuple(row for each in self.services for row in each.rows()),
        )


class Caller:
    """A client that can be restarted, and the list of its calls."""

    def __init__(
        self, start: Callable[[], Client], calls: list[Call], now: Callable[[], float]
    ) -> None:
        self._start = start
        self._client = start()
        self._calls = calls
        self._now = now

    def call(self) -> None:
        """Makes a call and notes it."""
        at = self._now()
        self._calls.append(Call(at, self._client.call()))

    def restart(self) -> None:
        """Replaces the client by one that knows nothing yet."""
        self._client = self._start()


def run_lesson(plan: Plan, aws: AwsClients, vpc: VpcClient, tell: Tell) -> LessonRun:
    """Makes the services, lets the clients call while the tasks change, and returns it all.

    `aws` and `vpc` lead to an endpoint that keeps the plan's pace. Raises HarnessError and
    HandsonError.
    """
    names = [service_of(ttl) for ttl in plan.ttls]
    stage = Stage(aws)
    for name, ttl in zip(names, plan.ttls, strict=True):
        stage.add(name, ttl=ttl, desired=TASKS)
    stage.add(EMPTY, ttl=EMPTY_TTL, desired=0)
    stage.wait_until_running(*names, count=TASKS)

    epoch, began = time.time(), time.monotonic()

    def now() -> float:
        return plan.pace.there(time.monotonic() - began)

    calls: dict[str, dict[str, list[Call]]] = {
        name: {each.name: [] for each in BEHAVIOURS} for name in (*names, EMPTY)
    }
    callers = [
        Caller(partial(Client, each, *_ways(vpc, name), now), calls[name][each.name], now)
        for each in BEHAVIOURS
        for name in calls
    ]
    begins: list[float] = []
    with Traffic([each.call for each in callers], plan.pace.here(INTERVAL)) as traffic:
        tell(STEADY, plan.phases[0].begins)
        for phase in plan.phases:
            traffic.wait(plan.pace.here(phase.begins - now()))
            begins.append(now())
            tell(phase.name, phase.ends - phase.begins)
            if phase.name == RESTART:
                for caller in callers:
                    caller.restart()
            else:
                _change(stage, phase.name, names)
        traffic.wait(plan.pace.here(plan.seconds - now()))
    phases = tuple(
        Phase(phase.name, begin, end)
        for phase, begin, end in zip(
            plan.phases, begins, [*begins[1:], plan.phases[-1].ends], strict=True
        )
    )
    filling = replace(plan.filling, begins=begins[0])
    events = read_timeline(str(aws.endpoint), ALWAYS).events
    return LessonRun(
        plan,
        tuple(
            ServiceRun(
                name,
                calls[name],
                (filling,) if name == EMPTY else phases,
                lives_of(events, name, began=epoch, factor=plan.pace.factor),
            )
            for name in calls
        ),
    )


def _ways(
    vpc: VpcClient, service: str
) -> tuple[Callable[[], Answer], Callable[[IPv4Address], Outcome]]:
    """How a client asks DNS for a service, and how it calls an address."""
    return (
        lambda: vpc_calls.ask(vpc, f"{service}.{NAMESPACE}"),
        lambda address: vpc_calls.get(vpc, address, service),
    )


def _change(stage: Stage, phase: str, names: Sequence[str]) -> None:
    """Does to each service what the phase is named for."""
    if phase == DEPLOYMENT:
        for name in names:
            stage.deploy(name)
        return
    for name in names:
        stage.scale(name, {DOWN: FEW, TO_NOTHING: 0, UP_AGAIN: TASKS}[phase])
    if phase == DOWN:
        stage.scale(EMPTY, TASKS)
