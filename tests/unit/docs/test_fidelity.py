# SPDX-License-Identifier: Apache-2.0
"""docs/fidelity.md tells of tests that exist, each under the name of the file that it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.paths import CHECKOUT

TESTS = CHECKOUT / "tests" / "endpoint" / "localaws"
LIVE = CHECKOUT / "tests" / "terraform" / "test_provider_behaviour.py"
TEXT = (CHECKOUT / "docs" / "fidelity.md").read_text("utf-8")


def sections() -> Iterator[tuple[Path, str]]:
    """Each section whose heading names a test file, and that file."""
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        if named := re.search(r"`((?:\w+/)?test_\w+\.py)`", section.splitlines()[0]):
            yield (LIVE if named[1] == LIVE.name else TESTS / named[1]), section


def named_tests(section: str) -> list[str]:
    return re.findall(r"`(test_\w+)`", section)


def test_every_test_that_is_named_is_in_the_file_of_its_section() -> None:
    for file, section in sections():
        defined = set(re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE))
        assert not set(named_tests(section)) - defined, file.name


def test_no_test_is_named_outside_the_sections_of_files() -> None:
    in_sections = [name for _, section in sections() for name in named_tests(section)]
    assert sorted(in_sections) == sorted(named_tests(TEXT))


def test_every_test_file_is_mentioned() -> None:
    mentioned = set(re.findall(r"`((?:\w+/)?test_\w+\.py)`", TEXT))
    assert {str(file.relative_to(TESTS)) for file in TESTS.rglob("test_*.py")} <= mentioned


def test_every_row_has_a_test() -> None:
    for file, section in sections():
        rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
        assert all(named_tests(row) for row in rows), file.name
