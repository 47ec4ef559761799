# SPDX-License-Identifier: Apache-2.0
"""What `make watch` shows: in a pipe lines, in a terminal a picture of 80 columns that fits."""

import io
import json
from collections.abc import Iterator

import pytest
from rich.console import Console

from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from cloudmap_harness.discovery.check import Look
from cloudmap_harness.errors import AwsError
from cloudmap_harness.timeline.endpoint_pages import Message
from cloudmap_harness.timeline.event import Event
from cloudmap_harness.timeline.looks import NOTHING
from cloudmap_harness.timeline.present import Present
from handson import watch
from handson.errors import EndpointError
from handson.watch import Watched, follow
from handson.watch_view import Lines, Picture, picture, view_for
from tests.unit.cloudmap_harness.discovery.layers import agreeing, checked
from tests.unit.cloudmap_harness.timeline.story import SERVICE, at, life, story, timeline

TITLE = "ap-northeast-1 on local (http://127.0.0.1:4566), as it happens"


def desired(count: int, region: str | None = None) -> Event:
    return Event(at=at(0), layer="service", what="desired", count=count, region=region, **SERVICE)


def message(kind: str, *events: Event) -> Message:
    return Message(kind, json.loads(json.dumps({"events": [each.to_json() for each in events]})))


@pytest.fixture
def pipe() -> Console:
    return Console(file=io.StringIO(), width=80, force_terminal=False)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def watched(console: Console) -> Watched:
    return Watched(view_for(console, TITLE), "ap-northeast-1")


def test_a_pipe_gets_a_line_for_each_service_and_then_for_each_change(pipe: Console) -> None:
    seen = watched(pipe)
    with seen.view:
        seen.take(Message("past", story().to_json()))
        seen.take(message("present", desired(1), *life(0, 1)))
        seen.take(message("changes", *[*life(0, 1, 10)][-3:]))
        seen.take(Message("reach", {"ends": [], "ways": []}))
    lines = text(pipe).splitlines()
    assert lines[0] == TITLE
    assert "shop/web" in lines[1]
    assert "desired 1  running 1  instances 1  records 1" in lines[1]
    assert [line.split()[1:3] for line in lines[2:]] == [
        ["instance", "0" * 12],
        ["record", "0" * 12],
        ["interface", "0" * 12],
    ]
    assert "\x1b" not in text(pipe)


def test_answers_and_other_regions_are_no_change(pipe: Console) -> None:
    seen = watched(pipe)
    with seen.view:
        seen.take(message("present"))
        asked = Event(at=at(1), layer="dns", what="answered", name="x")
        seen.take(message("changes", asked, desired(2, region="eu-west-1")))
    assert len(text(pipe).splitlines()) == 2, "the title, and that there is no service"


def test_a_new_present_takes_the_place_of_the_old_one(pipe: Console) -> None:
    seen = watched(pipe)
    with seen.view:
        seen.take(message("present", desired(1), *life(0, 1)))
        seen.take(message("present"))
    assert text(pipe).splitlines()[-1].endswith("no service yet")


def present(*events: Event) -> Present:
    found = Present()
    found.apply(timeline(*events).events)
    return found


def test_the_picture_has_services_tasks_and_their_chains() -> None:
    early = [event for event in life(1, 1) if event.at < at(3)]
    there = present(desired(2), *life(0, 1), *early)
    lines = [line.plain for line in picture(there, TITLE, [], 24)]
    assert lines[0] == TITLE
    assert lines[2:4] == ["shop/web", "  desired 2  running 1  instances 1  records 1"]
    assert lines[4].split() == ["000000010000", "10.0.8.5", "PENDING", "interface"]
    assert lines[5].split(maxsplit=3)[2:] == ["RUNNING", "interface > instance > record"]


def test_the_picture_fits_80_columns_and_the_terminal() -> None:
    many = [event for n in range(300) for event in life(n, 1 + n / 100)]
    recent = [f"event {n}" for n in range(8)]
    for height in (24, 40):
        lines = picture(present(desired(300), *many), "x" * 60, recent, height)
        assert len(lines) <= height
        assert all(line.cell_len <= 80 for line in lines)
        assert any("tasks more" in line.plain for line in lines)


def test_a_task_on_its_way_is_shown_before_those_that_are_there() -> None:
    many = [event for n in range(100) for event in life(n, 1)]
    late = [event for event in life(200, 25) if event.at <= at(26)]
    lines = picture(present(desired(101), *many, *late), TITLE, [], 24)
    assert any("000000c80000" in line.plain for line in lines)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_is_no_terminal_whatever_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    console = Console(file=io.StringIO())
    view = view_for(console, TITLE)
    with view:
        view.begin(present(desired(1), *life(0, 1)), [])
    assert "\x1b" not in text(console)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(view_for(Console(file=Terminal()), TITLE), Lines)


def test_a_terminal_gets_the_picture() -> None:
    console = Console(file=Terminal(), width=80, height=24, force_terminal=True)
    view = view_for(console, TITLE)
    assert isinstance(view, Picture)
    with view:
        # Nothing is known yet, not even that there is no service.
        assert TITLE in text(console)
        assert "no service" not in text(console)
        view.begin(present(desired(1), *life(0, 1)), [])
        view.say("the endpoint is away")
    assert "interface > instance > record" in text(console)
    assert "the endpoint is away" in text(console)


def test_a_stream_that_ends_is_said_and_gone_on_with(
    pipe: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = iter([[message("present", desired(1))], [message("present", desired(2))]])

    def stream(url: str) -> Iterator[Message]:
        yield from next(streams, [])

    monkeypatch.setattr(watch, "stream", stream)
    monkeypatch.setattr(watch, "AWAY_SECONDS", 0.05)
    seen = watched(pipe)
    with pytest.raises(EndpointError, match="has been away for 0 s: it has ended"):
        follow(seen, "http://127.0.0.1:1", again=0.01)
    said = [line[10:] for line in text(pipe).splitlines()]
    assert said[0].startswith("shop/web")
    assert said[1] == "http://127.0.0.1:1 is away, waiting for it: it has ended"
    assert said[2] == "http://127.0.0.1:1 is back"
    assert "desired 2" in said[3]
    assert isinstance(seen.view, Lines)


def test_looks_are_a_line_for_each_change_and_an_error_that_stays_ends_them(
    pipe: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Look((checked(agreeing("10.0.8.4")),), {})
    throttled = AwsError("ListTasks", "ThrottlingException", "slow down", 400)
    refused = AwsError("ListTasks", "AccessDeniedException", "not you", 400)
    looks: Iterator[Look | AwsError] = iter([NOTHING, throttled, one, one, refused])

    def look(aws: AwsClients) -> Look:
        found = next(looks)
        if isinstance(found, AwsError):
            raise found
        return found

    monkeypatch.setattr(watch, "look_or_nothing", look)
    nowhere = AwsClients(
        child_environment(
            Target.LOCALSTACK, {}, endpoint="http://127.0.0.1:9", region="ap-northeast-1"
        )
    )
    with pytest.raises(AwsError, match="not you"):
        watch.poll(watched(pipe), nowhere, 0.01)
    lines = [line[10:] for line in text(pipe).splitlines()]
    assert lines[0] == "no service yet"
    assert lines[1].startswith("http://127.0.0.1:9 is away, waiting for it: Throttling")
    assert lines[2].endswith("is back")
    assert [line.split()[0] for line in lines[3:]] == [
        "service", "task", "interface", "instance", "record",
    ]  # fmt: skip
