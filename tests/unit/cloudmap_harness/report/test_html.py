# SPDX-License-Identifier: Apache-2.0
"""The page needs nothing else, escapes what it is told, and stays readable for a thousand tasks."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cloudmap_harness.report.html import EVENTS, LANES, html
from cloudmap_harness.report.report import Failure, Outcome
from cloudmap_harness.timeline.event import Event
from tests.unit.cloudmap_harness.report.example import failed_report
from tests.unit.cloudmap_harness.timeline.story import at, story, timeline

EVIL = "<script>alert(1)</script>\"'&"
VOID = {"meta", "br"}


class Page(HTMLParser):
    """The elements with their attributes, and the text of each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def count(self, tag: str, kind: str | None = None) -> int:
        return sum(
            name == tag and (kind is None or kind in (of.get("class") or "").split())
            for name, of in self.elements
        )


def test_it_needs_no_script_and_nothing_from_elsewhere() -> None:
    text = html(failed_report())
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.elements}
    named = {name for _, of in page.elements for name in of}
    assert not {"src", "href", "style"} & named
    assert not [name for name in named if name.startswith("on")]
    assert re.findall(r"url\((?!#)|@import|//", text.replace("http://127.0.0.1:4566", "")) == []
    assert "default-src 'none'" in text


def test_every_pattern_that_is_used_is_there() -> None:
    text = html(failed_report())
    used = set(re.findall(r"url\(#([\w-]+)\)", text))
    ids = [of["id"] for _, of in Page(text).elements if "id" in of]
    assert used <= set(ids)
    assert len(ids) == len(set(ids))


def test_what_it_is_told_is_escaped_wherever_it_stands() -> None:
    evil = [
        Event(
            at=at(1),
            layer=layer,
            what=what,
            cluster=EVIL,
            service=EVIL,
            task=EVIL,
            name=EVIL,
            values=(EVIL,),
            message=EVIL,
        )
        for layer, what in (
            ("service", "event"),
            ("service", "desired"),
            ("task", "STOPPED"),
            ("instance", "came"),
            ("record", "came"),
            ("dns", "answered"),
            ("http", "answered"),
            ("call", EVIL),
            ("fault", "began"),
            ("step", "began"),
            ("step", "failed"),
            (EVIL, EVIL),
        )
    ]
    report = failed_report(timeline(*evil), title=EVIL)
    check = replace(report.checks[0], title=EVIL, problems=(EVIL,), notes=(EVIL,))
    text = html(
        replace(
            report,
            place=EVIL,
            failures=(Failure(EVIL, EVIL),),
            checks=(check,),
            gaps=(EVIL,),
            versions=((EVIL, EVIL),),
        )
    )
    page = Page(text)
    assert "script" not in {tag for tag, _ in page.elements}
    assert EVIL in page.texts["h1"][0]
    assert EVIL in page.texts["pre"][0]
    assert "<script" not in text


def test_what_is_missing_where_is_in_its_cell_and_in_words() -> None:
    page = Page(html(failed_report()))
    (row,) = [text for text in page.texts["tr"] if "10.0.8.5" in text and "missing" in text]
    assert page.count("td", "bad") == 2, "the failed step and the missing record"
    assert any("10.0.8.5: missing in A records" in text for text in page.texts["li"])
    assert "after 8 s expected 2 in every layer" in page.texts["pre"][0]
    assert "not converged" in " ".join(page.texts["h3"])


def test_steps_answers_tasks_and_events_are_drawn() -> None:
    page = Page(html(failed_report()))
    assert page.count("rect", "step") == 3
    assert page.count("rect", "failed") == 1
    assert page.count("rect", "fault") == 1
    # One more of each in the legend.
    assert page.count("rect", "running") == page.count("rect", "interface") == 4 + 1
    assert page.count("circle", "good") == 2 + 1
    assert page.count("path", "desired") == 2 + 1
    titles = " ".join(page.texts["title"])
    assert "RUNNING, 24.00 s, still so at the end" in titles
    assert "A NXDOMAIN: no address" in titles
    assert "step check: failed after 8.0 s: after 8 s expected 4" in titles


def test_a_screen_reader_gets_a_name_headings_and_tables() -> None:
    page = Page(html(failed_report()))
    (svg,) = [of for tag, of in page.elements if tag == "svg" and of.get("role") == "img"]
    assert svg["aria-labelledby"] == "svg-title svg-desc"
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later <= before + 1 for before, later in zip(headings, headings[1:], strict=False))
    assert all(of.get("scope") == "col" for tag, of in page.elements if tag == "th")
    scrolled = [of for tag, of in page.elements if of.get("class") == "scroll"]
    assert all(of.get("tabindex") == "0" and of.get("aria-label") for of in scrolled)


def test_a_thousand_tasks_are_cut_and_it_is_said() -> None:
    text = html(failed_report(story(1000)))
    page = Page(text)
    assert len(text) < 2**20
    assert page.count("rect", "running") == LANES + 1
    assert f"{1000 - LANES} more tasks are not drawn" in text
    assert "more events, of tasks that are not drawn" in text


def test_thousands_of_other_events_are_cut_too() -> None:
    asked = [Event(at=at(n / 200), layer="dns", what="answered", name="x") for n in range(5000)]
    text = html(failed_report(timeline(*asked)))
    assert f"and {5000 - EVENTS} more events" in text
    assert text.count("<g transform") < 200, "marks at one place are one"


def test_a_run_of_which_nothing_is_known_is_reported_all_the_same() -> None:
    empty = replace(
        failed_report(timeline(ended=0)),
        checks=(),
        versions=(),
        place="",
        outcome=Outcome.INTERRUPTED,
        gaps=("the timeline could not be read: refused",),
    )
    text = html(empty)
    for words in ("interrupted", "Nothing was recorded", "No service was looked at", "refused"):
        assert words in text


@pytest.mark.parametrize("resolution", [None, 5.0])
def test_polling_is_said_with_its_resolution(resolution: float | None) -> None:
    source = "events" if resolution is None else "polling"
    text = html(failed_report(replace(story(), source=source, resolution=resolution)))
    assert ("seen by looking every 5.0 s" in text) is (resolution is not None)
