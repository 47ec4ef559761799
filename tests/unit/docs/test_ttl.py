# SPDX-License-Identifier: Apache-2.0
"""docs/ttl.md has the figures of a whole run, as `make lesson DOCS=1` writes them."""

import xml.etree.ElementTree as ElementTree
from itertools import product

import pytest

from handson.errors import HandsonError
from handson.lesson.behaviours import BEHAVIOURS
from handson.lesson.chapter import BEGIN, END, PICTURES, with_figures
from handson.lesson.figures import Count, Figures, Row
from handson.lesson.plan import EMPTY, INTERVAL, NEGATIVE, PHASES, UP_AGAIN, Plan, service_of
from handson.lesson.results import read_figures
from handson.lesson.verb import PAGE

FOLDER = PAGE.parent / PICTURES
SERVICES = [*map(service_of, Plan().ttls), EMPTY]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return read_figures(FOLDER)


def test_the_page_is_what_the_command_writes_for_the_figures_beside_it(figures: Figures) -> None:
    page = PAGE.read_text("utf-8")
    assert with_figures(page, figures) == page


def test_the_figures_are_those_of_every_client_and_ttl(figures: Figures) -> None:
    assert [(row.service, row.client) for row in figures.rows] == [
        (service, each.name) for service, each in product(SERVICES, BEHAVIOURS)
    ]
    for row in figures.rows:
        assert tuple(row.counts) == ((UP_AGAIN,) if row.service == EMPTY else PHASES)


def test_the_figures_were_measured_with_todays_plan(figures: Figures) -> None:
    plan = Plan()
    assert (figures.factor, figures.interval, figures.negative) == (
        plan.pace.factor,
        INTERVAL,
        NEGATIVE,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_a_picture_with_a_lane_for_each_client(service: str) -> None:
    picture = ElementTree.parse(FOLDER / f"{service}.svg").getroot()
    words = {each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert words >= {each.name for each in BEHAVIOURS}
    assert picture.find("{http://www.w3.org/2000/svg}title") is not None
    assert f"({PICTURES}/{service}.svg)" in PAGE.read_text("utf-8")


ROW = Row("ttl-60", "for ever", dict.fromkeys(PHASES, Count(12, 72, 265.4)), {"refused": 48})


def test_figures_replace_what_stands_between_the_markers_and_nothing_else() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    written = with_figures(page, Figures(20, 5.0, 300, (ROW,)))
    assert written.startswith(f"before\n{BEGIN}\n") and written.endswith(f"{END}\nafter\n")
    assert "old" not in written
    assert "| `ttl-60` | for ever | 12/72 265 s | 12/72 265 s |" in written
    assert "- 48 were refused" in written


@pytest.mark.parametrize("page", ["", f"{BEGIN}\n", f"{END}\n"])
def test_a_page_without_its_markers_is_an_error(page: str) -> None:
    with pytest.raises(HandsonError, match="the page has no lines"):
        with_figures(page, Figures(20, 5.0, 300, (ROW,)))
