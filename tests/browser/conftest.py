# SPDX-License-Identifier: Apache-2.0
"""A browser, pages that must not complain, and an endpoint to look at.

A test opens a page by `open_page(url)`, also one from disk, and finds what is wrong with it for
those who do not see or do not point by `violations(page)` of `tests/browser/accessibility.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest
from moto.core.base_backend import BackendDict

from localaws import runtime
from localaws.server import Endpoint
from localaws.settings import EndpointSettings
from localaws.timeline.stream import STREAM
from scripts.browser import BrowserError, find_browser, running_browser
from tests.endpoint.localaws.account import Account

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WIDE, PHONE = (1280, 900), (360, 740)
"""Sizes of the window, in CSS pixels."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips the tests where there is no browser, in one line of pytest's summary.

    Under HANDSON_REQUIRE_BROWSER=1, as CI sets it, they fail instead. A fixture that skips would
    get a line for each test.
    """
    try:
        find_browser(os.environ)
    except BrowserError as error:
        if os.environ.get("HANDSON_REQUIRE_BROWSER") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's browser."""
    with running_browser() as browser:
        from playwright.sync_api import expect  # Not before a browser is there.

        expect.set_options(timeout=20_000)
        yield browser


@dataclass
class OpenPage:
    """Opens pages in contexts of their own, and keeps what they complain about."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Messages on the console but plain ones, exceptions, and requests to other hosts."""

    def __call__(
        self,
        url: str,
        *,
        size: tuple[int, int] = WIDE,
        scheme: Literal["light", "dark"] = "light",
        still: bool = True,
    ) -> Page:
        """Returns the page at an address, `http:` or `file:`; `still`: without transitions."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce" if still else "no-preference",
            service_workers="block",
        )
        self.contexts.append(context)
        context.set_default_timeout(20_000)
        context.on("request", lambda request: self._note_host(request.url))
        page = context.new_page()
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))
        page.goto(url)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _note_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"request to another host: {url}")


@contextmanager
def opening_pages(browser: Browser) -> Iterator[OpenPage]:
    """Gives what opens pages; fails when one of them complains or calls another host."""
    opened = OpenPage(browser)
    try:
        yield opened
    finally:
        for context in opened.contexts:
            context.close()
    assert opened.complaints == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages for a test, which fails when one of them complains or calls another host."""
    with opening_pages(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    """One for the tests of a file, with short delays."""
    settings = EndpointSettings(
        port=0, tick_seconds=0.01, operation_seconds=0.02, task_step_seconds=0.02
    )
    with Endpoint(settings) as endpoint:
        yield endpoint


@pytest.fixture
def aws(endpoint: Endpoint) -> Account:
    """The default account with nothing in it, and nothing told of it."""
    with runtime.LOCK:
        BackendDict.reset()
        STREAM.begin()
    return Account(endpoint.url)


@pytest.fixture
def live_page(endpoint: Endpoint) -> str:
    """The address of the endpoint's page."""
    return f"{endpoint.url}/_localaws/"


def service(aws: Account, desired: int, **more: Any) -> None:
    """Creates the ECS service `httpd`, in a registry of its own, and waits until it is steady."""
    aws.ecs_service(aws.service(aws.namespace()), desired=desired, **more)
    aws.steady(desired)


def scale(aws: Account, desired: int) -> None:
    aws.ecs.update_service(cluster="handson", service="httpd", desiredCount=desired)
