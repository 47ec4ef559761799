# SPDX-License-Identifier: Apache-2.0
"""Terraform and the check get along with an API that throttles, is slow or loses connections."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cloudmap_harness.terraform.deployment import Deployment
from handson.context import Context
from handson.stack_deployment import StackDeployment
from tests.live.faults import (
    EVERY_CALL_THROTTLED,
    EVERY_CONNECTION_DROPPED_ONCE,
    EVERY_THIRD_CALL_LATE,
    Faults,
)
from tests.live.test_handson import LiveDeployment
from tests.support.progress import Progress

TASKS = 2


@pytest.fixture
def live(deployment: Deployment, context: Context) -> LiveDeployment:
    return LiveDeployment(StackDeployment(context, deployment), context.vpc_client())


def test_every_call_is_throttled_for_ten_seconds(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    """WHEN every call is throttled for the first ten seconds of a deployment and of its end
    THEN both go on after it, and nothing is left.
    """
    with steps("deploy, throttled"), throttled_for_ten_seconds(faults):
        live.stacks.deploy(TASKS)
    live.check(TASKS, steps)
    with steps("destroy, throttled"), throttled_for_ten_seconds(faults):
        live.terraform.destroy()
    live.check_nothing_is_left()


@contextmanager
def throttled_for_ten_seconds(faults: Faults) -> Iterator[None]:
    with faults.on(EVERY_CALL_THROTTLED):
        ending = faults.end_after(10)
        try:
            yield
        finally:
            ending.join()


def test_every_third_call_is_late_by_five_seconds(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    with faults.on(EVERY_THIRD_CALL_LATE):
        with steps("deploy, slowly"):
            live.stacks.deploy(TASKS)
        live.check(TASKS, steps)
    with steps("destroy"):
        live.terraform.destroy()
    live.check_nothing_is_left()


def test_the_connection_of_every_call_is_dropped_once(
    live: LiveDeployment, faults: Faults, steps: Progress
) -> None:
    """Each call was carried out before its connection dropped: nothing is made twice by that."""
    with faults.on(EVERY_CONNECTION_DROPPED_ONCE):
        with steps("deploy"):
            live.stacks.deploy(TASKS)
        live.check(TASKS, steps)
        live.stacks.check_plan_is_empty(TASKS)
        with steps("destroy"):
            live.terraform.destroy()
    live.check_nothing_is_left()
