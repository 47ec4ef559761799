# SPDX-License-Identifier: Apache-2.0
"""The comparison by which the live test judges the article's replies sees each difference."""

import re
from typing import Any

import pytest

from tests.support.reply_matching import differences

PRINTED = {"Id": re.compile("ns-[a-z]+"), "At": float, "Tags": [], "In": {"TTL": 300}, "All": [int]}
REPLY = {"Id": "ns-abc", "At": 1.5, "Tags": [], "In": {"TTL": 300, "New": 1}, "All": [7], "New": 2}


def test_a_reply_may_have_more() -> None:
    assert differences(REPLY, PRINTED) == []


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"Id": "ns-"}, ".Id: 'ns-' instead of"),
        ({"Id": None}, ".Id: None instead of"),
        ({"At": "1.5"}, ".At: '1.5' instead of"),
        ({"Tags": [1]}, ".Tags: [1] instead of []"),
        ({"In": {"TTL": 60}}, ".In.TTL: 60 instead of 300"),
        ({"In": {}}, ".In.TTL: none"),
        ({"In": []}, ".In: [] instead of"),
        ({"All": ["7"]}, ".All[0]: '7' instead of"),
        ({"All": [7, 8]}, ".All: [7, 8] instead of"),
    ],
)
def test_each_difference_is_seen(changed: dict[str, Any], difference: str) -> None:
    (line,) = differences(REPLY | changed, PRINTED)
    assert line.startswith(difference)


def test_a_missing_field_is_seen() -> None:
    assert differences({}, {"Id": str}) == [".Id: none"]
