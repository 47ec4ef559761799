# SPDX-License-Identifier: Apache-2.0
"""Each kind of difference between two looks is an event; two looks alike are none."""

from dataclasses import replace
from typing import Any

from cloudmap_harness.discovery.check import Look
from cloudmap_harness.discovery.observation import Observation
from cloudmap_harness.timeline.looks import NOTHING, UNLISTED, changes
from tests.unit.cloudmap_harness.discovery.layers import SERVICE, agreeing, checked, task
from tests.unit.cloudmap_harness.timeline.story import BEGAN

ONE, TWO = "10.0.8.4", "10.0.8.5"


def look(seen: Observation, **service: Any) -> Look:
    return Look((checked(seen, service=replace(SERVICE, **service)),), {})


def told(before: Look, after: Look) -> list[tuple[Any, ...]]:
    """Layer, what, and what the event is about, of each change."""
    events = changes(before, after, BEGAN, region="eu-west-1")
    assert {(each.at, each.region) for each in events} <= {(BEGAN, "eu-west-1")}
    return [
        (each.layer, each.what, each.task or each.count or each.message or each.service)
        for each in events
    ]


def test_two_looks_alike_are_no_event() -> None:
    assert told(look(agreeing(ONE)), look(agreeing(ONE))) == []
    assert told(NOTHING, NOTHING) == []


def test_all_of_a_first_look_has_come() -> None:
    assert told(NOTHING, look(agreeing(ONE))) == [
        ("service", "desired", 2),
        ("task", "RUNNING", f"id-{ONE}"),
        ("interface", "came", f"id-{ONE}"),
        ("instance", "came", f"id-{ONE}"),
        ("record", "came", f"id-{ONE}"),
    ]


def test_an_event_has_what_is_known() -> None:
    events = {each.layer: each for each in changes(NOTHING, look(agreeing(ONE)), BEGAN)}
    assert (events["task"].cluster, events["task"].service) == ("shop", "web")
    assert events["task"].address == events["instance"].address == ONE
    assert events["task"].zone_name == "a"
    assert events["interface"].id == f"eni-{ONE}"
    assert events["instance"].registry == "srv-1"
    record = events["record"]
    assert (record.zone, record.name, record.type) == ("Z1", "web.example.internal", "A")
    assert (record.ttl, record.values) == (300, (ONE,))


def test_all_that_is_not_seen_any_more_has_gone() -> None:
    assert told(look(agreeing(ONE, TWO)), look(agreeing(TWO))) == [
        ("task", "STOPPED", f"id-{ONE}"),
        ("interface", "went", f"id-{ONE}"),
        ("instance", "went", f"id-{ONE}"),
        ("record", "went", f"id-{ONE}"),
    ]
    stopped = changes(look(agreeing(ONE)), look(agreeing()), BEGAN)[0]
    assert stopped.message == UNLISTED


def test_a_service_that_is_not_there_any_more_went() -> None:
    assert told(look(agreeing()), NOTHING) == [("service", "went", "web")]


def test_a_new_desired_count_and_new_events_are_told_the_oldest_first() -> None:
    before = look(agreeing(), events=("10:00:00 one",))
    after = look(agreeing(), desired=3, events=("10:00:02 three", "10:00:01 two", "10:00:00 one"))
    assert told(before, after) == [
        ("service", "desired", 3),
        ("service", "event", "10:00:01 two"),
        ("service", "event", "10:00:02 three"),
    ]


def test_a_state_is_told_when_it_is_entered() -> None:
    pending = replace(agreeing(ONE), tasks=(task(ONE, "PENDING"),))
    assert told(look(pending), look(agreeing(ONE))) == [("task", "RUNNING", f"id-{ONE}")]


def test_a_task_that_stops_and_is_still_registered_is_followed_and_its_reason_told() -> None:
    stopping = replace(task(ONE, "DEACTIVATING"), stopped_reason="Scaling activity")
    draining = replace(agreeing(ONE), tasks=(), others=(stopping,))
    (event,) = changes(look(agreeing(ONE)), look(draining), BEGAN)
    assert (event.what, event.message) == ("DEACTIVATING", "Scaling activity")


def test_an_instances_health_is_told_when_it_changes() -> None:
    def with_health(health: str) -> Look:
        seen = agreeing(ONE)
        return look(replace(seen, instances=(replace(seen.instances[0], health=health),)))

    assert told(with_health(""), with_health("HEALTHY")) == [("instance", "HEALTHY", f"id-{ONE}")]
    assert told(with_health("HEALTHY"), with_health("UNHEALTHY")) == [
        ("instance", "UNHEALTHY", f"id-{ONE}")
    ]
    assert told(with_health("HEALTHY"), with_health("HEALTHY")) == []


def test_a_record_with_another_ttl_comes_again() -> None:
    seen = agreeing(ONE)
    other = replace(seen, records=(replace(seen.records[0], ttl=60),))
    (event,) = changes(look(seen), look(other), BEGAN)
    assert (event.layer, event.what, event.ttl) == ("record", "came", 60)


def test_a_task_without_an_address_gets_its_interface_later() -> None:
    early = replace(task(ONE, "PROVISIONING"), address=None, network_interface=None)
    before = look(replace(agreeing(ONE), tasks=(early,)))
    assert ("interface", "came", f"id-{ONE}") in told(before, look(agreeing(ONE)))
