# SPDX-License-Identifier: Apache-2.0
"""What has changed since the last look, by deployment, whatever the file holds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from handson.last_look import MOST_DEPLOYMENTS, LastLook, SeenLook
from tests.unit.cloudmap_harness.discovery.layers import agreeing, checked

ONE = SeenLook(
    "2026-11-28T10:00:00+00:00",
    {"web": {"desired": "1", "": "converged"}},
    ["10.0.8.9", "10.0.8.10"],
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "last-look.json"


def test_the_first_look_at_a_deployment_has_none_before(file: Path) -> None:
    assert LastLook(file, "local srv-1").replace_by(ONE) is None
    assert LastLook(file, "local srv-2").replace_by(ONE) is None
    two = replace(ONE, addresses=["10.0.8.7"])
    assert LastLook(file, "local srv-1").replace_by(two) == ONE
    assert LastLook(file, "local srv-1").replace_by(ONE) == two
    assert LastLook(file, "local srv-2").replace_by(ONE) == ONE
    assert [each.name for each in file.parent.iterdir()] == ["last-look.json"]


def test_what_was_looked_at_longest_ago_is_forgotten(file: Path) -> None:
    for number in range(MOST_DEPLOYMENTS + 1):
        LastLook(file, f"local srv-{number}").replace_by(ONE)
    assert LastLook(file, "local srv-1").replace_by(ONE) == ONE
    assert LastLook(file, "local srv-0").replace_by(ONE) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"local srv-1": null}',
        '{"local srv-1": {"at": "yesterday", "figures": {}, "addresses": []}}',
        '{"local srv-1": {"at": "2026-11-28T10:00:00", "figures": {}, "addresses": []}}',
        '{"local srv-1": {"at": "2026-11-28T10:00:00Z", "figures": [], "addresses": []}}',
        '{"local srv-1": {"at": "2026-11-28T10:00:00Z", "figures": {"a": 1}, "addresses": []}}',
        '{"local srv-1": {"at": "2026-11-28T10:00:00Z", "figures": {}, "addresses": ["x"]}}',
        '{"local srv-1": {"at": "2026-11-28T10:00:00Z", "figures": {}}}',
        "\udcff",
    ],
)
def test_a_file_that_cannot_be_read_is_passed_over(file: Path, content: str) -> None:
    file.write_text(content, "utf-8", "surrogateescape")
    assert LastLook(file, "local srv-1").replace_by(ONE) is None
    assert LastLook(file, "local srv-1").replace_by(ONE) == ONE


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "last-look.json").mkdir()
    for _ in range(2):
        assert LastLook(tmp_path / "last-look.json", "local srv-1").replace_by(ONE) is None


@pytest.mark.parametrize(
    ("at", "ago"),
    [
        ("2026-11-28T10:00:14.9+00:00", "14 s"),
        ("2026-11-28T10:01:59+00:00", "119 s"),
        ("2026-11-28T10:02:00+00:00", "2 min"),
        ("2026-11-28T15:30:00+00:00", "5 h"),
        ("2026-12-01T10:00:00+00:00", "3 d"),
        ("2026-11-28T09:00:00+00:00", "0 s"),
    ],
)
def test_the_time_since_then_is_told(at: str, ago: str) -> None:
    assert ONE.changes_until(replace(ONE, at=at)) == [
        f"nothing has changed since the last look, {ago} ago"
    ]


def test_addresses_that_came_and_went_are_named(file: Path) -> None:
    later = replace(ONE, addresses=["10.0.8.10", *(f"10.0.9.{n}" for n in range(12, 5, -1))])
    assert ONE.changes_until(later) == [
        "the last look was 0 s ago",
        "came: 10.0.9.6, 10.0.9.7, 10.0.9.8, 10.0.9.9 and 3 more",
        "went: 10.0.8.9",
    ]


def test_another_number_alone_is_a_change() -> None:
    later = replace(ONE, figures={"web": {"desired": "2", "": "not converged"}})
    assert ONE.changes_until(later) == ["the last look was 0 s ago"]


def test_a_look_outlives_the_process(file: Path) -> None:
    look = SeenLook.of(checked(agreeing("10.0.8.4", "10.0.9.5")), [])
    LastLook(file, "local srv-1").replace_by(look)
    (kept,) = json.loads(file.read_text()).values()
    assert kept["addresses"] == ["10.0.8.4", "10.0.9.5"]
    assert LastLook(file, "local srv-1").replace_by(look) == look
