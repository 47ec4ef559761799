# SPDX-License-Identifier: Apache-2.0
"""The live page is there for those who do not see, do not point, or hold a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import is_wider_than_its_window, violations
from tests.browser.conftest import PHONE, WIDE, OpenPage, service
from tests.endpoint.localaws.account import Account

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOCUSED = """() => {
  const it = document.activeElement;
  if (it === document.body) return "";
  return it.id || it.getAttribute("aria-label") || it.textContent.trim();
}"""


def opened(page: Page, running: int) -> Page:
    """The page with every part of it unfolded and filled."""
    expect(page.locator('[data-service="httpd"]')).to_have_attribute("data-records", str(running))
    page.get_by_role("button", name="Ask the name").click()
    expect(page.locator(".reply").first).to_contain_text("came")
    page.get_by_text("The same as a table").click()
    expect(page.locator("#timeline-table tbody tr")).not_to_have_count(0)
    expect(page.locator("#reach")).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(
    aws: Account,
    live_page: str,
    open_page: OpenPage,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> None:
    page = open_page(live_page, size=size, scheme=scheme)
    expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    assert violations(page) == []
    assert not is_wider_than_its_window(page)
    service(aws, 9)
    opened(page, 9)
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_axe_would_find_something(aws: Account, live_page: str, open_page: OpenPage) -> None:
    page = open_page(live_page)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [each.split(":")[0] for each in violations(page)] == ["button-name"]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_many_tasks_are_cells_with_their_number_in_words(
    aws: Account, live_page: str, open_page: OpenPage, size: tuple[int, int]
) -> None:
    service(aws, 120)
    page = opened(open_page(live_page, size=size), 120)
    picture = page.get_by_role("img", name="120 tasks")
    expect(picture).to_have_accessible_name("120 tasks; how far each came: 120 record")
    expect(picture.locator("i")).to_have_count(120)
    expect(picture.locator(".answered")).to_have_count(8)
    expect(page.locator("#timeline-note")).to_contain_text("96 more not shown")
    assert violations(page) == []
    assert not is_wider_than_its_window(page)


def test_everything_is_reached_by_keyboard(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 2)
    page = open_page(live_page)
    expect(page.locator("#reach")).to_be_visible()
    # A click would move the place from which the keyboard goes on.
    page.evaluate("document.getElementById('timeline-table').open = true")
    expect(page.locator("#timeline-table tbody tr")).to_have_count(2)
    seen: list[str] = []
    while len(seen) < 40:
        page.keyboard.press("Tab")
        if not (name := page.evaluate(FOCUSED)):
            break
        seen.append(name)
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"{name} does not show that it has the focus"
    assert seen == [
        "Skip to the services",
        *("Services", "Timeline", "Records", "Who reaches whom", "What happened"),
        "The chain of its tasks",
        *("The same as a table", "Timeline as a table"),
        "Ask the name cloudmap-handson.cloudmap-handson.internal A",
        "ways",
    ]


def test_the_keyboard_skips_asks_and_unfolds(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 2)
    page = open_page(live_page)
    expect(page.locator('[data-service="httpd"]')).to_have_attribute("data-records", "2")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    button = page.get_by_role("button", name="Ask the name")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".reply").first).to_contain_text("2 of 2 came")
    expect(button).to_be_focused()
    page.get_by_text("The chain of its tasks").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("rowheader", name="RUNNING")).to_have_count(0)


def test_nothing_moves_for_those_who_ask_for_that(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 1)
    for still, duration in ((True, "0s"), (False, "0.25s")):
        page = open_page(live_page, still=still)
        cell = page.locator("tbody td").first
        expect(cell).to_be_visible()
        moved = "(cell) => getComputedStyle(cell, '::after').transitionDuration"
        assert cell.evaluate(moved) == duration
