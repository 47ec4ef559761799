# SPDX-License-Identifier: Apache-2.0
"""A page that complains or calls another host is noticed, also one from disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import opening_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("<script>console.error('wrong')</script>", "error: wrong"),
        ("<script>console.warn('odd')</script>", "warning: odd"),
        ("<script>throw new Error('thrown')</script>", "error: thrown"),
        ("<img src='http://other.example/x.png' alt=''>", "http://other.example/x.png"),
    ],
)
def test_a_page_that_complains_fails_its_test(
    fault: str, complaint: str, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>x</title>{fault}")
    with pytest.raises(AssertionError, match=complaint), opening_pages(browser) as open_page:
        open_page(file.as_uri()).wait_for_load_state("networkidle")


def test_a_quiet_page_does_not(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><title>x</title><script>console.log('fine')</script>")
    with opening_pages(browser) as open_page:
        assert open_page(file.as_uri()).title() == "x"
