# SPDX-License-Identifier: Apache-2.0
"""What the page makes of events: its model, with events that are given to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from localaws.server import Endpoint
from tests.browser.conftest import opening_pages

Event = dict[str, Any]
OF = {"account": "1", "region": "r"}
SERVICE = {"cluster": "c", "service": "web"}

SUMMARY = """async ([past, present, changes]) => {
  const { Model } = await import("/_localaws/page/model.js");
  const { verdict } = await import("/_localaws/page/verdict.js");
  const model = new Model();
  if (past) model.past({ events: past });
  if (present) model.present(present);
  model.changes(changes);
  return model.choices.map((scope) => ({
    where: scope.key,
    services: [...scope.services.values()].map((service) => ({
      name: service.name ?? null, went: service.went, ...service.counts(),
      words: verdict(service, service.counts()).words,
    })),
    tasks: [...scope.tasks.values()].map((task) => [task.id, task.states.map((each) => each[0])]),
    names: [...scope.names.values()].map((name) => [name.name, name.sets.size]),
  }));
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, endpoint: Endpoint) -> Iterator[Page]:
    with opening_pages(browser) as open_page:
        yield open_page(f"{endpoint.url}/_localaws/")


def event(second: int, layer: str, what: str, **more: Any) -> Event:
    return {"at": f"2026-11-28T09:00:{second:02}.000Z", "layer": layer, "what": what, **OF, **more}


def desired(count: int) -> Event:
    return event(0, "service", "desired", **SERVICE, count=count)


def task(second: int, state: str, name: str = "t") -> Event:
    return event(second, "task", state, task=name, **SERVICE)


def hung_on(second: int, what: str, name: str = "t") -> list[Event]:
    """The task's instance and its record come or go."""
    record = {"zone": "Z", "name": "web.x", "type": "A", "values": [f"10.0.0.{len(name)}"]}
    return [
        event(second, "instance", what, task=name, registry="srv"),
        event(second, "record", what, task=name, **record),
    ]


def summary(
    page: Page,
    past: list[Event] | None = None,
    present: list[Event] | None = None,
    changes: list[Event] | None = None,
) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = page.evaluate(SUMMARY, [past, present, changes or []])
    return found


RUNS = [desired(1), task(1, "PENDING"), task(2, "RUNNING"), *hung_on(2, "came")]


def test_what_is_there_now_is_not_told_twice(page: Page) -> None:
    now = [desired(1), task(3, "RUNNING"), *hung_on(3, "came")]
    [scope] = summary(page, RUNS, now)
    assert scope["tasks"] == [["t", ["PENDING", "RUNNING"]]]
    [service] = scope["services"]
    assert (service["running"], service["instances"], service["records"]) == (1, 1, 1)
    assert service["words"] == "all agree"


def test_what_is_not_there_any_more_has_gone(page: Page) -> None:
    [scope] = summary(page, RUNS, [])
    [service] = scope["services"]
    assert service["went"]
    assert (service["running"], service["instances"], service["records"]) == (0, 0, 0)
    assert scope["names"] == [["web.x", 0]]


def test_what_was_before_the_past_begins_is_there_too(page: Page) -> None:
    [scope] = summary(page, [], RUNS)
    assert scope["services"][0]["words"] == "all agree"


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([desired(2), *RUNS[1:]], "1 missing"),
        ([*RUNS, task(3, "PENDING", "u")], "1 starting"),
        ([*RUNS, task(3, "STOPPING")], "1 stopping, 1 missing"),
        ([*RUNS, task(3, "RUNNING", "uu"), *hung_on(3, "came", "uu")], "1 too many"),
        ([*RUNS, hung_on(3, "went")[1]], "1 without a record"),
        ([*RUNS, *hung_on(3, "went")], "1 without an instance, 1 without a record"),
        ([*RUNS, task(3, "STOPPED"), desired(0)], "1 gone, but not from Cloud Map"),
        ([desired(1), task(1, "RUNNING")], "all agree; not in Cloud Map"),
        ([desired(1), task(1, "RUNNING"), hung_on(1, "came")[0]], "all agree; no DNS records"),
    ],
)
def test_a_difference_has_its_words(page: Page, events: list[Event], words: str) -> None:
    [scope] = summary(page, changes=events)
    assert scope["services"][0]["words"] == words


def test_a_zone_without_a_region_is_in_each_region(page: Page) -> None:
    [record] = [each for each in hung_on(1, "came") if each["layer"] == "record"]
    del record["region"]
    [alone] = summary(page, changes=[record])
    assert (alone["where"], alone["names"]) == ("1/", [["web.x", 1]])
    [regional] = summary(page, changes=[record, desired(0)])
    assert (regional["where"], regional["names"]) == ("1/r", [["web.x", 1]])


def test_a_reset_forgets_every_account(page: Page) -> None:
    other = {**desired(0), "account": "2"}
    assert len(summary(page, changes=[*RUNS, other])) == 2
    reset = {"at": "2026-11-28T09:00:05.000Z", "layer": "account", "what": "reset"}
    assert summary(page, changes=[*RUNS, other, reset]) == []
