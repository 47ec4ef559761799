# SPDX-License-Identifier: Apache-2.0
"""The phases follow each other, and each is long enough for its answers to be forgotten."""

import pytest

from handson.lesson.plan import (
    DEPLOYMENT,
    DOWN,
    NEGATIVE,
    PHASES,
    RESTART,
    TO_NOTHING,
    UP_AGAIN,
    Plan,
)


@pytest.mark.parametrize("plan", [Plan(), Plan(ttls=(10,)), Plan(ttls=(0,))])
def test_each_phase_is_longer_than_what_clients_may_remember_in_it(plan: Plan) -> None:
    phases = {each.name: each for each in plan.phases}
    assert tuple(phases) == (DOWN, TO_NOTHING, UP_AGAIN, RESTART, DEPLOYMENT)
    assert {*phases} - {RESTART} == {*PHASES}
    for one, following in zip(plan.phases, plan.phases[1:], strict=False):
        assert one.ends == following.begins
    longest = {name: max(plan.ttls) for name in (DOWN, TO_NOTHING, DEPLOYMENT)}
    for name, seconds in (longest | {UP_AGAIN: NEGATIVE}).items():
        assert phases[name].ends - phases[name].begins > seconds + 40
    assert plan.filling.ends <= plan.seconds


def test_the_endpoint_keeps_the_pace() -> None:
    variables = Plan().pace.endpoint_variables
    assert float(variables["LOCALAWS_TASK_STEP_SECONDS"]) * Plan().pace.factor == 5
