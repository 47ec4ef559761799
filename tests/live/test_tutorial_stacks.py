# SPDX-License-Identifier: Apache-2.0
"""The tutorial's first way, by cdktf and make, as docs/handson.ja.md has it."""

from pathlib import Path

from handson.tutorial.stacks_chapter import BY_STACKS_CHAPTER
from tests.live.tutorial_reader import assert_chapter_replies_as_its_page
from tests.support.progress import Progress


def test_the_stacks_are_deployed_looked_at_and_destroyed_by_copying_the_page(
    terraform: str, tmp_path: Path, steps: Progress
) -> None:
    """GIVEN a fresh checkout and somebody who has nothing but the page
    WHEN the commands of its first part are copied into bash
    THEN each ends as the page says, those that are to fail too, and replies as there.
    """
    assert_chapter_replies_as_its_page(BY_STACKS_CHAPTER, "bash", tmp_path, steps)
