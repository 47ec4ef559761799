# SPDX-License-Identifier: Apache-2.0
"""The machine's own Chromium, Chrome or Edge, driven by Playwright; none is ever downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VARIABLE = "HANDSON_BROWSER"
"""The environment variable that names the browser to use: a path, or a name on PATH."""
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


class BrowserError(Exception):
    """There is no browser that can be used; the text says what was looked for."""


def find_browser(environ: Mapping[str, str]) -> str:
    """Returns the browser's path. Raises BrowserError."""
    path = environ.get("PATH")
    if wanted := environ.get(VARIABLE):
        if found := shutil.which(wanted, path=path):
            return found
        raise BrowserError(f"{VARIABLE}={wanted}: no such program")
    for name in NAMES:
        if found := shutil.which(name, path=path):
            return found
    raise BrowserError(
        f"no Chromium, Chrome or Edge on PATH: install one, or set {VARIABLE} to its path"
    )


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Runs the browser within the block, without a window. Raises BrowserError.

    No name resolves in it but localhost, so that nothing on a page can reach another host.
    """
    executable = find_browser(os.environ)
    # Takes a quarter of a second, which a machine without a browser need not wait.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            # Chromium's sandbox refuses root.
            chromium_sandbox=os.geteuid() != 0,
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
        )
        try:
            yield browser
        finally:
            browser.close()
