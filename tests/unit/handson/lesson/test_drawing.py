# SPDX-License-Identifier: Apache-2.0
"""The picture: a mark for each call, whose shape says how it came out."""

import xml.etree.ElementTree as ElementTree
from ipaddress import IPv4Address

from handson.lesson.calls import Call, Outcome, Result
from handson.lesson.drawing import draw
from handson.lesson.lives import TaskLife
from handson.lesson.plan import DOWN, Phase
from handson.lesson.run import ServiceRun

A, B = IPv4Address("10.0.8.4"), IPv4Address("10.0.9.4")
STAYS = TaskLife("a", str(A), 0, registered=5)
GOES = TaskLife("b", str(B), 0, registered=5, deregistered=30, stopping=35, stopped=40)
SVG = "{http://www.w3.org/2000/svg}"
PHASES = (Phase(DOWN, 25, 100),)


def lane(*results: tuple[float, Result]) -> ElementTree.Element:
    """Draws a service with one client that made these calls."""
    calls = [Call(at, result) for at, result in results]
    return ElementTree.fromstring(
        draw(ServiceRun("web <1>", {"client": calls}, PHASES, (STAYS, GOES)))
    )


def shapes(picture: ElementTree.Element) -> dict[str, int]:
    """Counts the marks of each kind; the legend has one of each, and each SIGTERM a cross."""
    found: dict[str, int] = {}
    for path in picture.iter(f"{SVG}path"):
        kinds = (path.get("class") or "").split()
        if kinds[0] == "mark":
            found[kinds[1]] = found.get(kinds[1], 0) + (path.get("d") or "").count("M")
    return found


def bars(picture: ElementTree.Element, kind: str) -> int:
    return sum(each.get("class") == kind for each in picture.iter(f"{SVG}rect"))


LEGEND = shapes(lane())


def test_each_outcome_has_a_shape_of_its_own() -> None:
    picture = lane(
        (10, Result(Outcome.PAGE, (A,), (A, B), True)),
        (50, Result(Outcome.NOBODY, (B,), (A, B), False)),
        (55, Result(Outcome.PAGE, (B, A), (A, B), False)),
        (60, Result(Outcome.NO_NAME, (), (), False)),
        (65, Result(Outcome.NO_NAME, (), (), True)),
    )
    found = shapes(picture)
    assert {kind: found[kind] - LEGEND[kind] for kind in LEGEND} == dict.fromkeys(LEGEND, 1)


def test_addresses_that_dns_has_no_more_are_hatched() -> None:
    before = lane((10, Result(Outcome.PAGE, (A,), (A, B), True)), (20, _held()))
    after = lane((10, _held()), (40, _held()), (50, _held()))
    assert bars(before, "gone") == bars(lane(), "gone")
    assert bars(after, "gone") == bars(lane(), "gone") + 1


def _held() -> Result:
    return Result(Outcome.PAGE, (A,), (A, B), False)


def test_a_picture_says_in_words_what_it_shows() -> None:
    picture = lane((50, Result(Outcome.NOBODY, (B,), (A, B), False)))
    assert picture.find(f"{SVG}title") is not None
    description = picture.find(f"{SVG}desc")
    assert description is not None and f"client: {DOWN}: 1/1 never." in (description.text or "")
