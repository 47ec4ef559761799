# SPDX-License-Identifier: Apache-2.0
"""Which calls count as failed, and when a client is right again."""

from ipaddress import IPv4Address

import pytest

from handson.lesson.calls import Call, Outcome, Result
from handson.lesson.figures import Count, Figures, Row, count, failed
from handson.lesson.lives import TaskLife
from handson.lesson.plan import DOWN, RESTART, Phase

ADDRESS = IPv4Address("10.0.8.4")
LIVES = [TaskLife("t", str(ADDRESS), 0, registered=100, deregistered=200, stopping=205)]


def call(at: float, outcome: Outcome, *, asked: bool = False) -> Call:
    held = () if outcome is Outcome.NO_NAME else (ADDRESS,)
    return Call(at, Result(outcome, held, held, asked))


@pytest.mark.parametrize(
    "outcome", [Outcome.REFUSED, Outcome.NOBODY, Outcome.STRANGER, Outcome.BROKEN]
)
def test_a_call_without_a_page_of_the_service_failed(outcome: Outcome) -> None:
    assert failed(call(300, outcome), LIVES)
    assert not failed(call(300, Outcome.PAGE), LIVES)


@pytest.mark.parametrize(
    ("at", "asked", "expected"),
    [
        (99, False, False),
        (100, False, True),
        (199, False, True),
        (200, False, False),
        (150, True, False),
    ],
)
def test_no_such_name_is_a_failure_only_from_a_cache_while_dns_has_an_address(
    at: float, asked: bool, expected: bool
) -> None:
    assert failed(call(at, Outcome.NO_NAME, asked=asked), LIVES) is expected


def phase_with(failures: set[int], *, begins: float = 30, calls: int = 60) -> Count:
    """Counts a phase in which the calls of these numbers failed; one is made every 5 s."""
    made = [
        call(begins + 5 * each, Outcome.NOBODY if each in failures else Outcome.PAGE)
        for each in range(-2, calls + 3)
    ]
    return count(made, LIVES, Phase(DOWN, begins, begins + 5 * calls))


def test_the_seconds_are_those_from_the_change_to_the_last_call_that_failed() -> None:
    assert phase_with({1, 3, 12, -1, 61}) == Count(3, 60, 60.0)
    assert str(phase_with({1, 3, 12})) == "3/60 60 s"


def test_a_client_that_never_failed_was_right_all_the_time() -> None:
    assert phase_with(set()) == Count(0, 60, 0.0)
    assert str(phase_with(set())) == "0"


def test_a_client_that_fails_until_the_end_is_never_right() -> None:
    assert phase_with(set(range(10, 60, 2))) == Count(25, 60, None)
    assert str(phase_with({55})) == "1/60 never"


def test_a_row_counts_the_phases_that_are_changes_of_tasks() -> None:
    calls = [call(10, Outcome.NOBODY), call(20, Outcome.REFUSED), call(30, Outcome.PAGE)]
    phases = [Phase(DOWN, 15, 25), Phase(RESTART, 25, 35)]
    row = Row.of("ttl-60", "for ever", calls, LIVES, phases)
    assert row == Row("ttl-60", "for ever", {DOWN: Count(1, 1, None)}, {"refused": 1})


def test_figures_are_the_same_after_their_way_through_json() -> None:
    row = Row("ttl-60", "for ever", {DOWN: Count(1, 12, None)}, {"refused": 1})
    figures = Figures(20, 5.0, 300, (row, row))
    assert Figures.from_json(figures.as_json()) == figures
    assert figures.outcomes() == {"refused": 2}
