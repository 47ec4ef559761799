# SPDX-License-Identifier: Apache-2.0
"""The tutorial's second way, as docs/handson.ja.md has it: the article's commands."""

import shutil
from pathlib import Path

from handson.tutorial.cli_chapter import BY_CLI_CHAPTER
from tests.live.tutorial_reader import copy_chapter
from tests.support.progress import Progress


def test_the_article_is_gone_through_by_copying_the_page(
    terraform: str, tmp_path: Path, steps: Progress
) -> None:
    """GIVEN a fresh checkout and somebody who has nothing but the page
    WHEN the commands of its second part are copied into the shell of macOS, where it is installed
    THEN each ends and replies as the page says, also those that are to fail.
    """
    shell = "zsh" if shutil.which("zsh") else "bash"
    typed = [block.name for block, _ in copy_chapter(BY_CLI_CHAPTER, shell, tmp_path, steps)]
    assert typed == ["activate", *BY_CLI_CHAPTER]
