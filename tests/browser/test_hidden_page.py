# SPDX-License-Identifier: Apache-2.0
"""A browser has six connections to a host: pages that nobody sees leave theirs to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, scale, service
from tests.endpoint.localaws.account import Account

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONNECTIONS = 6
# A browser without a window takes each of its tabs for a visible one.
HIDEABLE = "Object.defineProperty(document, 'hidden', { get: () => window.isHidden === true })"
HIDE = "window.isHidden = {}; document.dispatchEvent(new Event('visibilitychange'))"


def hide(page: Page, hidden: str = "true") -> None:
    page.evaluate(HIDE.format(hidden))


def test_hidden_pages_leave_room_for_one_more_and_go_on_when_seen(
    aws: Account, live_page: str, open_page: OpenPage
) -> None:
    service(aws, 1)
    first = open_page(live_page)
    first.context.add_init_script(HIDEABLE)
    first.reload()
    pages = [first, *(first.context.new_page() for _ in range(CONNECTIONS))]
    for page in pages:
        page.goto(live_page)
        running = page.locator('[data-service="httpd"]')
        expect(running).to_have_attribute("data-running", "1")
        hide(page)
    scale(aws, 2)
    aws.steady(2)
    hide(first, "false")
    expect(first.locator('[data-service="httpd"]')).to_have_attribute("data-running", "2")
