# SPDX-License-Identifier: Apache-2.0
"""A lane has a task's states one after the other, and what it had from when to when."""

from dataclasses import replace
from typing import Any

import pytest

from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.lanes import CHAIN, chosen, lanes
from tests.unit.cloudmap_harness.timeline.story import at, life, story, task_id, timeline


def test_a_task_that_runs_has_its_states_and_all_of_its_chain_until_the_end() -> None:
    (lane,) = lanes(timeline(*life(0, 1)))
    assert [span.what for span in lane.states] == [
        "PROVISIONING",
        "PENDING",
        "ACTIVATING",
        "RUNNING",
    ]
    assert [span.is_open for span in lane.states] == [False, False, False, True]
    assert lane.states[-1].ended == at(30)
    assert all(lane.had[layer][0].is_open for layer in CHAIN)
    assert (lane.service, lane.address, lane.lacking) == ("shop/web", "10.0.8.4", ())


def test_a_task_that_has_stopped_has_nothing_more_and_a_reason() -> None:
    (lane,) = lanes(timeline(*life(0, 1, 10)))
    assert lane.states[-1].what == "STOPPED"
    assert not any(span.is_open for layer in CHAIN for span in lane.had[layer])
    assert lane.entered("STOPPED") == at(13)
    assert lane.got("record") == at(3.4)
    assert lane.reason.startswith("Scaling activity")


def test_a_task_that_runs_without_a_record_lacks_it() -> None:
    without = [event for event in life(0, 1) if event.layer != "record"]
    assert lanes(timeline(*without, *life(1, 2)))[0].lacking == ("record",)
    stopped = [event for event in life(0, 1, 10) if event.layer != "record"]
    assert lanes(timeline(*stopped, *life(1, 2)))[0].lacking == ()


@pytest.mark.parametrize("layers", [("record",), ("instance", "record")])
def test_what_no_task_of_its_service_ever_had_is_not_lacking(layers: tuple[str, ...]) -> None:
    without = [event for event in life(0, 1) if event.layer not in layers]
    assert lanes(timeline(*without))[0].lacking == ()
    assert lanes(timeline(*without, *life(1, 2, 10)))[0].lacking == layers


@pytest.mark.parametrize("other", ["account", "region", "cluster", "service"])
def test_what_tasks_of_another_service_had_is_not_lacking(other: str) -> None:
    without = [event for event in life(0, 1) if event.layer != "record"]
    member: dict[str, Any] = {other: "other"}
    elsewhere = [replace(event, **member) for event in life(1, 2)]
    assert [lane.lacking for lane in lanes(timeline(*without, *elsewhere))] == [(), ()]


def test_a_task_of_no_service_lacks_nothing_that_others_of_none_have() -> None:
    alone = [
        replace(event, cluster=None, service=None)
        for event in life(0, 1)
        if event.layer not in ("instance", "record")
    ]
    by_hand = Event(at=at(1), layer="instance", what="came", task="by-hand", registry="srv-1")
    assert [lane.lacking for lane in lanes(timeline(*alone, by_hand))] == [(), ()]


def test_what_went_and_was_not_seen_coming_was_there_at_the_beginning() -> None:
    ending = [event for event in life(0, -20, 10) if event.at >= at(0)]
    (lane,) = lanes(timeline(*ending))
    assert lane.had["record"][0].began == at(0)


def test_a_record_that_comes_with_another_value_is_one() -> None:
    record = next(event for event in life(0, 1) if event.layer == "record")
    again = replace(record, at=at(20), values=("10.0.8.9",))
    assert len(lanes(timeline(*life(0, 1), again))[0].had["record"]) == 1


def test_a_reset_ends_what_was_there() -> None:
    (lane,) = lanes(timeline(*life(0, 1), Event(at=at(20), layer="account", what="reset")))
    assert lane.states[-1].ended == at(20)
    assert not lane.states[-1].is_open
    assert lane.lacking == ()


def test_an_id_that_is_used_again_after_a_reset_begins_anew() -> None:
    resets = [Event(at=at(seconds), layer="account", what="reset") for seconds in (10, 20)]
    (lane,) = lanes(timeline(*life(0, 1), *life(0, 11), *life(0, 21), *resets))
    running = [span for span in lane.states if span.what == "RUNNING"]
    for spans in (running, *lane.had.values()):
        assert [span.ended for span in spans] == [at(10), at(20), at(30)]
        assert [span.is_open for span in spans] == [False, False, True]
        assert all(span.seconds > 0 for span in spans)


def test_what_goes_after_a_reset_had_ended_with_it() -> None:
    reset = Event(at=at(5), layer="account", what="reset")
    (lane,) = lanes(timeline(*life(0, 1, 10), reset))
    assert [[span.ended for span in lane.had[layer]] for layer in CHAIN] == [[at(5)]] * 3


def test_a_reset_of_another_account_ends_nothing() -> None:
    reset = Event(at=at(20), layer="account", what="reset", account="2" * 12)
    (lane,) = lanes(timeline(*life(0, 1), reset))
    assert all(lane.had[layer][0].is_open for layer in CHAIN)


def test_what_only_its_health_is_known_of_has_no_lane() -> None:
    sick = Event(at=at(1), layer="instance", what="UNHEALTHY", task="by-hand", registry="srv-1")
    assert lanes(timeline(sick)) == ()


def test_an_instance_of_no_task_has_a_lane_without_states() -> None:
    by_hand = Event(at=at(1), layer="instance", what="came", task="by-hand", registry="srv-1")
    (lane,) = lanes(timeline(by_hand))
    assert (lane.task, lane.states, lane.lacking) == ("by-hand", (), ())


def test_tasks_of_one_id_in_two_accounts_are_two() -> None:
    other = [replace(event, account="2" * 12) for event in life(0, 1)]
    assert len(lanes(timeline(*life(0, 1), *other))) == 2


def test_the_broken_are_chosen_first_and_the_order_stays() -> None:
    broken = [event for event in life(7, 5) if event.layer != "instance"]
    every = lanes(timeline(*story(6).events, *broken))
    some = chosen(every, 3)
    assert task_id(7) in [lane.task for lane in some]
    assert [*some] == [lane for lane in every if lane in some]
    assert chosen(every, 100) == every
