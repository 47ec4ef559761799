# SPDX-License-Identifier: Apache-2.0
"""Events one after another make the present."""

from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.present import Present
from tests.unit.cloudmap_harness.timeline.story import SERVICE, at, life, story, task_id, timeline


def present(*events: Event) -> Present:
    found = Present()
    found.apply(timeline(*events).events)
    return found


def test_each_service_has_its_counts() -> None:
    (service,) = present(*story(4).events).services()
    assert (service.cluster, service.name, service.desired) == ("shop", "web", 1)
    assert (service.running, service.instances, service.records) == (1, 1, 1)


def test_a_task_has_what_came_and_not_what_went() -> None:
    before_the_end = [event for event in life(0, 1, 10) if event.at <= at(10.3)]
    task = present(*before_the_end).tasks["", task_id(0)]
    assert task.state == "DEACTIVATING"
    assert (bool(task.has["interface"]), bool(task.has["record"])) == (True, False)
    assert present(*life(0, 1, 10)).tasks == {}


def test_a_record_that_came_again_goes_once() -> None:
    record = next(event for event in life(0, 1) if event.layer == "record")
    gone = [event for event in life(0, 1, 10) if event.layer == "record"][-1]
    assert not present(*life(0, 1), record, gone).tasks["", task_id(0)].has["record"]


def test_an_unhealthy_instance_is_so() -> None:
    ill = Event(at=at(9), layer="instance", what="UNHEALTHY", task=task_id(0), registry="srv-1")
    assert present(*life(0, 1), ill).tasks["", task_id(0)].health == "UNHEALTHY"


def test_a_service_that_went_and_a_reset_take_it_away() -> None:
    desired = Event(at=at(1), layer="service", what="desired", count=1, **SERVICE)
    went = Event(at=at(2), layer="service", what="went", **SERVICE)
    reset = Event(at=at(2), layer="account", what="reset")
    assert len(present(desired).services()) == 1
    assert present(desired, went).services() == []
    assert present(desired, *life(0, 1), Event(at=at(9), layer="account", what="reset")).tasks == {}
    assert present(desired, reset).services() == []
