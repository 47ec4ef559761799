# SPDX-License-Identifier: Apache-2.0
"""Somebody who copies a chapter of docs/handson.ja.md into a shell, in a fresh checkout."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

from handson.tutorial.block import Block, Chapter
from handson.tutorial.page import BLOCKS, pages, replies_of
from handson.tutorial.run import lacks_program, reader
from handson.tutorial.steady import shape
from tests.support.progress import Progress
from tests.support.tools import lacking


def copy_chapter(
    chapter: Chapter, shell: str, folder: Path, steps: Progress
) -> Generator[tuple[Block, Path], None, None]:
    """Yields each block, and the checkout, once it has been typed and has replied as on the page.

    Every command has to end as the page says, and each reply to have the shape that the page has.
    """
    if shutil.which("curl") is None:
        lacking("not on PATH: curl")
    blocks = [block for block in chapter.values() if not lacks_program(block)]
    if "activate" not in chapter:
        blocks = [BLOCKS["activate"], *blocks]
    on_page = replies_of(pages()["ja"].read_text("utf-8"))
    with reader(shell, folder, os.environ) as someone:
        for block in blocks:
            with steps(block.name):
                reply = someone.type(block)
                assert shape(reply) == shape(on_page.get(block.name, "")), (
                    f"{block.text}\n\nreplied:\n{reply}\n\n`make tutorial` writes the page anew"
                )
            yield block, someone.checkout
