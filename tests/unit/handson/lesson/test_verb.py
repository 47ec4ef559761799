# SPDX-License-Identifier: Apache-2.0
"""`make lesson` refuses what it cannot do before it starts an endpoint."""

import pytest

from handson import walkthrough
from handson.cli import main
from handson.lesson.drawing import draw
from handson.lesson.plan import DOWN, Phase
from handson.lesson.run import ServiceRun
from handson.lesson.verb import _LEGEND


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"TTL": "7"}, "TTL: got '7', allowed: all or 300 or 60 or 10 or 0"),
        ({"DOCS": "yes"}, "DOCS: got 'yes', allowed: 0 or 1"),
        ({"DOCS": "1", "TTL": "60"}, "DOCS=1: docs/ttl.md has the figures of every TTL"),
    ],
)
def test_a_wrong_variable_is_told_before_anything_starts(
    values: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def start(*_: object) -> None:
        raise AssertionError("an endpoint was started")

    monkeypatch.setattr(walkthrough, "up", start)
    for name in ("TTL", "DOCS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert main(["lesson"]) == 2
    assert capsys.readouterr().err.startswith(words)


def test_a_service_without_calls_and_tasks_can_be_drawn() -> None:
    picture = draw(ServiceRun("ttl-60", {"for ever": []}, (Phase(DOWN, 30, 90),), ()))
    assert "for ever" in picture


def test_the_legend_fits_80_columns() -> None:
    assert max(map(len, _LEGEND.splitlines())) <= 80
