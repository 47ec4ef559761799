# SPDX-License-Identifier: Apache-2.0
"""The report opens from disk without a network, also for those who do not see or hold a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from cloudmap_harness.report.html import html
from tests.browser.accessibility import is_wider_than_its_window, violations
from tests.browser.conftest import PHONE, WIDE, OpenPage
from tests.unit.cloudmap_harness.report.example import failed_report
from tests.unit.cloudmap_harness.timeline.story import story


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(html(failed_report()), "utf-8")
    return file


def unfolded(page: Page) -> Page:
    for summary in page.locator("summary").all():
        summary.click()
    expect(page.locator("details[open]")).to_have_count(2)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_and_the_page_fits(
    report: Path, open_page: OpenPage, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    page = unfolded(open_page(report.as_uri(), size=size, scheme=scheme))
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_it_opens_without_a_network_and_says_what_is_missing_where(
    report: Path, open_page: OpenPage
) -> None:
    page = open_page("about:blank")
    page.context.set_offline(True)
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("make test-live")
    picture = page.get_by_role("img", name="What happened over time")
    expect(picture).to_be_visible()
    row = page.get_by_role("row").filter(has_text="10.0.8.5").filter(has_text="missing")
    expect(row).to_have_count(1)


def test_the_bars_are_patterns_in_the_picture(report: Path, open_page: OpenPage) -> None:
    """What CSS leaves out of a picture, such as a pattern that is not there, nobody sees."""
    page = open_page(report.as_uri())
    fills = page.evaluate(
        "[...document.querySelectorAll('svg.timeline rect')]"
        ".map((each) => getComputedStyle(each).fill)"
    )
    assert {'url("#starting")', 'url("#stopping")', 'url("#instance")', 'url("#record")'} < {*fills}


def test_a_keyboard_reaches_what_scrolls_and_what_unfolds(
    report: Path, open_page: OpenPage
) -> None:
    page = open_page(report.as_uri(), size=PHONE)
    reached: set[str] = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent.trim()"
            )
        )
    assert {"Steps, a table", "Timeline, a picture", "The 4 tasks in a table"} <= reached


def test_a_thousand_tasks_open_too(tmp_path: Path, open_page: OpenPage) -> None:
    file = tmp_path / "thousand.html"
    file.write_text(html(failed_report(story(1000))), "utf-8")
    page = unfolded(open_page(file.as_uri()))
    expect(page.get_by_text("940 more tasks are not drawn")).to_be_visible()
    assert violations(page) == []
