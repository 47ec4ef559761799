# SPDX-License-Identifier: Apache-2.0
"""What a real endpoint tells, and what looking at the same endpoint sees, are the same story."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

import pytest

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.report.html import html
from cloudmap_harness.report.report import Outcome, Report
from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.endpoint_pages import read_timeline, stream
from cloudmap_harness.timeline.event import Event, now
from cloudmap_harness.timeline.lanes import CHAIN, RUNNING, lanes
from cloudmap_harness.timeline.looks import changes
from cloudmap_harness.timeline.present import Present
from cloudmap_harness.timeline.recorder import Recorder
from cloudmap_harness.timeline.sources import EndpointEvents, Polling, look_or_nothing, source_for
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from tests.endpoint.localaws.account import REGION, Account
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    settings = EndpointSettings(
        port=0, tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02
    )
    with Endpoint(settings) as endpoint:
        yield endpoint


def clients(endpoint: Endpoint, key: str) -> AwsClients:
    return AwsClients(
        child_environment(Target.LOCAL, {}, endpoint=endpoint.url, region=REGION, access_key=key)
    )


def scaled_in(endpoint: Endpoint, key: str) -> None:
    """A service of two tasks that are there, and then none."""
    aws = Account(endpoint.url, key=key)
    namespace = aws.namespace("recorded.internal")
    aws.ecs_service(aws.service(namespace, "web"), desired=2, name="web")
    aws.steady(2, "web")
    aws.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    aws.steady(0, "web")


def of_account(timeline: Timeline, key: str) -> Timeline:
    events = tuple(each for each in timeline.events if each.account in (None, key))
    return Timeline("events", "local", timeline.began, timeline.ended, events)


def test_the_endpoints_events_have_the_whole_life_of_each_task(endpoint: Endpoint) -> None:
    key, began = "1" * 12, now()
    scaled_in(endpoint, key)
    told = eventually(
        lambda: of_account(read_timeline(endpoint.url, began), key),
        lambda told: not any(span.is_open for lane in lanes(told) for span in lane.states),
    )
    every = lanes(told)
    assert len(every) == 2
    for lane in every:
        assert RUNNING in [span.what for span in lane.states]
        assert lane.service == "handson/web"
        assert all(lane.had[layer] for layer in CHAIN)
        assert not any(span.is_open for span in lane.had["record"])
    desired = [each.count for each in told.events if each.what == "desired"]
    assert desired == [2, 0]
    assert Timeline.read(told.write()) == told


def test_looking_sees_the_same_come_and_go(endpoint: Endpoint) -> None:
    key = "2" * 12
    aws, account = clients(endpoint, key), Account(endpoint.url, key=key)
    began = now()

    def agreed(count: int) -> Look:
        account.steady(count, "web")
        return eventually(
            lambda: look_or_nothing(aws),
            lambda seen: not seen.problems and not seen.services[0].seen.others,
        )

    looks = [look_or_nothing(aws)]
    namespace = account.namespace("recorded.internal")
    account.ecs_service(account.service(namespace, "web"), desired=2, name="web")
    looks.append(agreed(2))
    account.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    looks.append(agreed(0))
    pairs = itertools.pairwise(looks)
    seen = come_and_gone(event for pair in pairs for event in changes(*pair, now()))
    assert len(seen) == 2 * len(CHAIN) * 2, "two tasks, each with its chain, came and went"
    # An interface goes a little after its task is listed for the last time.
    eventually(
        lambda: come_and_gone(of_account(read_timeline(endpoint.url, began), key).events),
        lambda told: told == seen,
    )


def test_polling_has_seen_all_that_is_there_when_it_is_stopped(endpoint: Endpoint) -> None:
    key = "6" * 12
    aws, account = clients(endpoint, key), Account(endpoint.url, key=key)
    polling = Polling(lambda: look_or_nothing(aws), "localstack", 0.05)
    polling.region = aws.region
    polling.start()
    namespace = account.namespace("polled.internal")
    account.ecs_service(account.service(namespace, "web"), desired=2, name="web")
    account.steady(2, "web")
    events = polling.stop()
    present = Present()
    present.apply(events)
    (service,) = present.services()
    assert (service.desired, service.running, service.instances, service.records) == (2, 2, 2, 2)
    assert {each.region for each in events} == {REGION}


def come_and_gone(events: Iterable[Event]) -> set[tuple[str, str, str | None]]:
    """What came and went of which task."""
    return {
        (each.layer, each.what, each.task)
        for each in events
        if each.task and each.layer in CHAIN and each.what in ("came", "went")
    }


def test_the_source_is_chosen_by_who_answers(endpoint: Endpoint) -> None:
    source = source_for(clients(endpoint, "3" * 12), "localstack", now(), interval=1.0)
    assert isinstance(source, EndpointEvents)
    assert source.resolution is None


def test_the_stream_begins_with_past_and_present(endpoint: Endpoint) -> None:
    key = "4" * 12
    aws = Account(endpoint.url, key=key)
    namespace = aws.namespace("streamed.internal")
    aws.ecs_service(aws.service(namespace, "web"), desired=2, name="web")
    aws.steady(2, "web")
    messages = stream(endpoint.url)
    assert Timeline.from_json(next(messages).data).source == "events"
    present = Present()
    present.apply(next(messages).events)
    (service,) = [each for each in present.services() if each.account == key]
    assert (service.desired, service.running, service.instances, service.records) == (2, 2, 2, 2)
    aws.ecs.update_service(cluster="handson", service="web", desiredCount=0)
    for message in messages:
        if message.kind == "changes":
            present.apply(message.events)
            (service,) = [each for each in present.services() if each.account == key]
            if (service.desired, service.running, service.records) == (0, 0, 0):
                break


def test_a_recorded_run_is_a_report(endpoint: Endpoint) -> None:
    key = "5" * 12
    aws = clients(endpoint, key)
    recorder = Recorder()

    def source(began: datetime) -> EndpointEvents:
        found = source_for(aws, "local", began, interval=1.0)
        assert isinstance(found, EndpointEvents)
        return found

    recorder.listen(source)
    with recorder.step("all of it"):
        scaled_in(endpoint, key)
    for check in look_or_nothing(aws).services:
        recorder.observe(check)
    recorder.stop()
    assert recorder.gaps == []
    page = html(
        Report(
            "a run",
            f"local ({endpoint.url})",
            Outcome.PASSED,
            (),
            recorder.timeline(),
            tuple(recorder.checks),
            (),
            (),
        )
    )
    for words in (
        "all of it",
        "handson/web",
        "web.recorded.internal",
        "has reached a steady state",
    ):
        assert words in page
