# SPDX-License-Identifier: Apache-2.0
"""The live page in a browser: how far it falls behind, and what it costs the endpoint."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from benchmarks.measurement import BenchmarkError, Measurement
from benchmarks.vpc import Vpc, vpc
from scripts.browser import BrowserError, running_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TASKS = 1000
PAIRS = 11
OPEN_SECONDS = 1.5
"""A browser has work for so long after it has opened a page, whatever page it is."""
SETTLE_SECONDS = 0.5
"""What is told last is still on its way to the page."""
LIMIT_MS = 1000.0
"""The page may be a second behind."""

NOTE_LAGS = """
window.lags = [];
new MutationObserver(() => {
  const since = Date.parse(document.body.dataset.drawnSince);
  // A message is delivered after the frame.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => window.lags.push(Date.now() - since);
  port2.postMessage(null);
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
"""
"""Notes with each drawing how long ago the oldest event was that it is the first to show."""


@dataclass(frozen=True)
class _Run:
    """A service from one task to a thousand, on an endpoint of its own."""

    up_seconds: float
    """Until all run and are registered."""
    cpu_seconds: float
    """Of the endpoint's process for that: what a browser takes of a busy machine is not in it."""
    peak_mib: float
    lag_ms: float = 0.0
    """The largest of the page, if one was open."""


def measure() -> Iterator[Measurement]:
    """Yields the largest lag, and the endpoint's times with the page open beside those without.

    The browser takes its share of the machine, as it does for who looks at the page.
    """
    alone, looked_at = [], []
    try:
        with running_browser() as browser:
            # In turn, so that what else the machine does hits both.
            for _ in range(PAIRS):
                alone.append(_run(None))
                looked_at.append(_run(browser))
    except BrowserError as error:
        raise BenchmarkError(str(error)) from error
    peak = max(run.peak_mib for run in looked_at)

    def line(name: str, unit: str, ours: float, reference: float, what: str) -> Measurement:
        return Measurement(name, unit, ours, reference, what, peak)

    lag = max(run.lag_ms for run in looked_at)
    yield line(f"page behind, 1 to {TASKS:,} tasks", "ms", lag, LIMIT_MS, "a second, the limit")
    up, up_alone = (statistics.median(r.up_seconds for r in runs) for runs in (looked_at, alone))
    yield line(f"1 to {TASKS:,} records, page open", "s", up, up_alone, "no page")
    cpu, cpu_alone = (statistics.median(r.cpu_seconds for r in runs) for runs in (looked_at, alone))
    yield line("the endpoint's CPU for that", "s", cpu, cpu_alone, "no page")


def _run(browser: Browser | None) -> _Run:
    with vpc() as ours:
        registry = ours.create_registry(ours.create_namespace())
        ours.start_service(registry, tasks=1)
        page = _page(browser, ours) if browser else None
        time.sleep(OPEN_SECONDS)
        spent = _cpu_seconds(ours)
        # Whoever looks often takes the processor that the browser draws with.
        ours.scale(registry, TASKS, every=0.2)
        time.sleep(SETTLE_SECONDS)
        spent = _cpu_seconds(ours) - spent
        lag = _largest_lag(page) if page else 0.0
        return _Run(_up_seconds(ours), spent, ours.peak_mib, lag)


def _up_seconds(ours: Vpc) -> float:
    """By the endpoint's own timeline: from the desired count to the last record."""
    with urllib.request.urlopen(f"{ours.server.url}/_localaws/timeline") as reply:
        events = json.load(reply)["events"]
    moments = {(each["layer"], each["what"]): datetime.fromisoformat(each["at"]) for each in events}
    return (moments["record", "came"] - moments["service", "desired"]).total_seconds()


def _cpu_seconds(ours: Vpc) -> float:
    times = ours.server.process.cpu_times()
    return float(times.user + times.system)


def _page(browser: Browser, ours: Vpc) -> Page:
    """The page of the endpoint, when it shows the one task."""
    page = browser.new_page()
    page.add_init_script(NOTE_LAGS)
    page.goto(f"{ours.server.url}/_localaws/")
    page.wait_for_selector('[data-records="1"]')
    # What was before the page is no lag.
    page.evaluate("window.lags.length = 0")
    return page


def _largest_lag(page: Page) -> float:
    """Waits until the page shows all tasks, and closes it."""
    page.wait_for_selector(f'[data-records="{TASKS}"]')
    lags: list[float] = page.evaluate("window.lags")
    page.close()
    return max(lags)
