# SPDX-License-Identifier: Apache-2.0
"""`make tutorial`: runs every command of the tutorial and writes its pages with the replies."""

import os
import tempfile
import time
from pathlib import Path

from handson.project import CHECKOUT, STATE
from handson.tutorial.page import BLOCKS, PageError, Replies, pages, render, replies_of
from handson.tutorial.run import reader, require
from handson.tutorial.steady import shape
from handson.variables import Variables

SHELL = "bash"


def tutorial(variables: Variables) -> int:
    """Writes the page of each language, with the replies of a run or those that it has.

    Where no reply of the run has another shape, the page keeps those that it has, too.
    """
    runs = variables.choice("REPLIES", ("new", "kept")) == "new"
    for language in pages():
        render(language, {})  # A text that lacks a block is reported before the run.
    replies = _of_a_run(variables) if runs else None
    for language, page in pages().items():
        new = render(language, _chosen(page, replies))
        changed = not page.exists() or page.read_text("utf-8") != new
        page.write_text(new, "utf-8")
        print(f"{page.relative_to(CHECKOUT)}: {'written' if changed else 'as it was'}")
    return 0


def _of_a_run(variables: Variables) -> Replies:
    """Types every block into one shell; prints a line for each, with the seconds so far."""
    require(BLOCKS)
    STATE.mkdir(exist_ok=True)
    began, replies = time.monotonic(), {}
    with (
        tempfile.TemporaryDirectory(prefix=f"tutorial-{os.getpid()}-", dir=STATE) as folder,
        reader(SHELL, Path(folder), variables.environ) as someone,
    ):
        for name, block in BLOCKS.items():
            print(f"{time.monotonic() - began:6.1f} s  {name}", flush=True)
            if reply := someone.type(block):
                replies[name] = reply
    return replies


def _chosen(page: Path, replies: Replies | None) -> Replies:
    """Returns the replies for a page: its own when there are no others, or none of another shape.

    Raises PageError when it has none that fit the commands and there are no others.
    """
    try:
        own = replies_of(page.read_text("utf-8"))
    except (FileNotFoundError, PageError) as error:
        if replies is None:
            name = page.relative_to(CHECKOUT)
            raise PageError(f"{name}: {error}\n`make tutorial` writes it anew") from error
        return replies
    if replies is None or _shapes(own) == _shapes(replies):
        return own
    return replies


def _shapes(replies: Replies) -> dict[str, list[str]]:
    return {name: shape(reply) for name, reply in replies.items()}
