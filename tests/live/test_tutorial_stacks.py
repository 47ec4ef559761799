# SPDX-License-Identifier: Apache-2.0
"""The tutorial's first way, as docs/handson.ja.md has it: the commands as a person types them."""

from contextlib import closing
from pathlib import Path

from handson.tutorial.stacks_chapter import BY_STACKS_CHAPTER
from tests.live.checkout import STACKS, Copy
from tests.live.tutorial_reader import copy_chapter
from tests.support.progress import Progress


def test_the_stacks_are_deployed_looked_at_and_destroyed_by_copying_the_page(
    terraform: str, tmp_path: Path, steps: Progress
) -> None:
    """GIVEN a fresh checkout and somebody who has nothing but the page
    WHEN the commands of its first part are copied into bash
    THEN each ends and replies as the page says, also those that are to fail; the real CLI deploys
    the very JSON that was synthesized, and no state has a resource at the end.
    """
    synthesized: dict[str, bytes] = {}
    with closing(copy_chapter(BY_STACKS_CHAPTER, "bash", tmp_path, steps)) as typed:
        for block, checkout in typed:
            copy = Copy(checkout, {})
            if block.name == "synth":
                synthesized = {stack: copy.json(stack) for stack in STACKS}
            if block.name == "cdktf deploy":
                assert {stack: copy.json(stack) for stack in STACKS} == synthesized
                assert [copy.managed(stack) for stack in STACKS] == [6, 2, 0]
            if block.name == "cdktf destroy":
                assert [copy.managed(stack) for stack in STACKS] == [0, 0, 0]
