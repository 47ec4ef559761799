# SPDX-License-Identifier: Apache-2.0
"""The tutorial's second way, by the article's commands, as docs/handson.ja.md has it."""

import shutil
from pathlib import Path

from handson.tutorial.cli_chapter import BY_CLI_CHAPTER
from tests.live.tutorial_reader import assert_chapter_replies_as_its_page
from tests.support.progress import Progress


def test_the_article_is_gone_through_by_copying_the_page(
    terraform: str, tmp_path: Path, steps: Progress
) -> None:
    """GIVEN a fresh checkout and somebody who has nothing but the page
    WHEN the commands of its second part are copied into the shell of macOS, where it is installed
    THEN each ends as the page says, those that are to fail too, and replies as there.
    """
    shell = "zsh" if shutil.which("zsh") else "bash"
    assert_chapter_replies_as_its_page(BY_CLI_CHAPTER, shell, tmp_path, steps)
