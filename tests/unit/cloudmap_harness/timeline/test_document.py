# SPDX-License-Identifier: Apache-2.0
"""The documented form is read and written; another document is refused with where and why."""

import json
import re
from typing import Any

import pytest

from cloudmap_harness.timeline.document import Timeline
from cloudmap_harness.timeline.event import Event, TimelineError
from tests.support.paths import CHECKOUT
from tests.unit.cloudmap_harness.timeline.story import at, story, timeline

DOCUMENT: dict[str, Any] = {
    "form": 1,
    "source": "events",
    "resolution": None,
    "target": "local",
    "began": "2026-11-28T09:00:00.000Z",
    "ended": "2026-11-28T09:00:31.250Z",
    "events": [{"at": "2026-11-28T09:00:04.120Z", "layer": "task", "what": "RUNNING"}],
}


def test_what_is_written_is_read_again() -> None:
    for each in (story(), timeline()):
        assert Timeline.read(each.write()) == each


def test_the_documented_event_is_read_and_written_alike() -> None:
    page = (CHECKOUT / "docs" / "timeline.md").read_text()
    found = re.search(r'^    (\{"at":.*?\})\n\n', page, re.MULTILINE | re.DOTALL)
    assert found
    event = json.loads(found[1])
    assert Event.from_json(event).to_json() == event


def test_what_is_not_known_is_passed_over() -> None:
    more = {**DOCUMENT, "colour": 1, "events": [{**DOCUMENT["events"][0], "mood": "good"}]}
    assert Timeline.from_json(more) == Timeline.from_json(DOCUMENT)


def test_a_layer_that_is_not_known_is_kept() -> None:
    event = {**DOCUMENT["events"][0], "layer": "volume", "what": "came"}
    assert Timeline.from_json({**DOCUMENT, "events": [event]}).events[0].layer == "volume"


def test_events_are_put_in_order() -> None:
    late, early = (Event(at=at(n), layer="task", what="RUNNING") for n in (5, 1))
    read = Timeline.from_json({**timeline().to_json(), "events": [late.to_json(), early.to_json()]})
    assert read.events == (early, late)


def test_only_what_happened_since_is_kept() -> None:
    assert all(event.at >= at(10) for event in story().since(at(10)).events)
    assert story().since(at(10)).began == at(10)
    assert story().since(at(-10)) == story()


def with_event(**members: object) -> dict[str, Any]:
    return {**DOCUMENT, "events": [DOCUMENT["events"][0] | members]}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "document: got [], expected a JSON object"),
        ({**DOCUMENT, "form": 2}, "form: got 2, expected 1, the only one that this version reads"),
        ({**DOCUMENT, "source": "hearsay"}, "source: got 'hearsay', expected events or polling"),
        ({**DOCUMENT, "resolution": -1}, "resolution: got -1, expected seconds, or null"),
        ({**DOCUMENT, "events": {}}, "events: got {}, expected a list of events"),
        ({**DOCUMENT, "began": "now"}, "began: got 'now', expected a time such as"),
        (with_event(at="2026-11-28T09:00:04"), "events[0].at: got '2026-11-28T09:00:04', expected"),
        (with_event(layer=None), "events[0].layer: got None, expected text"),
        (with_event(ttl="300"), "events[0].ttl: got '300', expected a whole number"),
        (with_event(count=True), "events[0].count: got True, expected a whole number"),
        (with_event(values="10.0.8.4"), "events[0].values: got '10.0.8.4', expected a list of"),
        (with_event(healthy=1), "events[0].healthy: got 1, expected true or false"),
        ({**DOCUMENT, "events": ["x"]}, "events[0]: got 'x', expected a JSON object"),
    ],
)
def test_a_wrong_document_is_refused(document: object, words: str) -> None:
    with pytest.raises(TimelineError) as caught:
        Timeline.read(json.dumps(document))
    assert words in str(caught.value)


def test_what_is_not_json_is_refused_and_cut() -> None:
    with pytest.raises(TimelineError) as caught:
        Timeline.read("<html>" + "x" * 5000)
    assert len(str(caught.value)) < 250
