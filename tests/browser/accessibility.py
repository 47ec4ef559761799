# SPDX-License-Identifier: Apache-2.0
"""What axe finds on a page: rules that a page breaks for those who do not see or do not point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.paths import CHECKOUT
from tests.support.tools import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """Returns each rule that the page breaks, with the elements that break it."""
    if not AXE.is_file():
        lacking("axe-core is not installed: run `make setup`")
    # Not by a script element: the page's own policy refuses those.
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:120]}"
        for each in found
        for node in each["nodes"]
    ]


def is_wider_than_its_window(page: Page) -> bool:
    """Whether a reader has to scroll the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
