# SPDX-License-Identifier: Apache-2.0
"""The endpoint's pages are read; what is no timeline, or no endpoint, is an error with words."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from cloudmap_harness.errors import AwsError
from cloudmap_harness.timeline.endpoint_pages import messages, read_timeline, stream
from cloudmap_harness.timeline.event import TimelineError
from tests.unit.cloudmap_harness.timeline.story import at, story

EVENT = {"at": "2026-11-28T09:00:04.120Z", "layer": "task", "what": "RUNNING"}


def message(kind: str, data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"


def test_the_document_is_read_since_the_beginning(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/_localaws/timeline").respond_with_json(story().to_json())
    url = httpserver.url_for("")
    assert read_timeline(url, at(-60)) == story()
    assert read_timeline(url, at(12)) == story().since(at(12))


def test_an_endpoint_without_the_page_is_told(httpserver: HTTPServer) -> None:
    url = httpserver.url_for("")
    httpserver.expect_request("/_localaws/timeline").respond_with_data("", 404)
    with pytest.raises(AwsError, match=r"HTTP 404: this endpoint has no such page"):
        read_timeline(url, at(0))


def test_nobody_there_is_an_error_of_the_harness() -> None:
    with pytest.raises(AwsError, match="127.0.0.1:9/_localaws/timeline"):
        read_timeline("http://127.0.0.1:9", at(0))
    with pytest.raises(AwsError, match="127.0.0.1:9/_localaws/events"):
        next(stream("http://127.0.0.1:9"))


def test_the_stream_gives_messages_however_they_are_cut(httpserver: HTTPServer) -> None:
    text = ":\n\n" + message("past", story().to_json()) + message("changes", {"events": [EVENT]})

    def cut(request: Request) -> Response:
        pieces = [text[n : n + 7].encode() for n in range(0, len(text), 7)]
        return Response(pieces, content_type="text/event-stream")

    httpserver.expect_request("/_localaws/events").respond_with_handler(cut)
    past, change = stream(httpserver.url_for(""))
    assert (past.kind, past.data) == ("past", story().to_json())
    assert [event.what for event in change.events] == ["RUNNING"]


def test_fields_that_are_not_known_and_comments_are_passed_over() -> None:
    lines = [
        ": hello",
        "id: 7",
        "retry: 100",
        "event: changes",
        'data: {"events":',
        "data: []}",
        "",
    ]
    (found,) = messages(lines)
    assert (found.kind, found.events) == ("changes", ())
    assert [*messages(["", "event: x", ""])] == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["event: changes", "data: {", ""], "message changes: got '{', expected JSON"),
        (["event: changes", "data: []", ""], "expected an object with `events`"),
        (["event: present", 'data: {"events": [{}]}', ""], "events[0].at: got None"),
    ],
)
def test_a_wrong_message_is_refused(lines: list[str], words: str) -> None:
    with pytest.raises(TimelineError) as caught:
        _ = [each.events for each in messages(lines)]
    assert words in str(caught.value)
