# SPDX-License-Identifier: Apache-2.0
"""A block of the tutorial: commands that a reader copies in one go, and their reply."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jmespath

from handson.article.step import Step

LEFT_OUT = "..."
"""Stands in a reply for what is left out."""

Shorten = Callable[[str], str]
"""Returns what the page has of a reply."""


@dataclass(frozen=True)
class Block:
    """Commands that are typed one after the other in the reader's shell."""

    name: str
    commands: tuple[str, ...]
    fails: bool = False
    """Whether the last command is to fail: with an exit code other than 0."""
    shorten: Shorten | None = None
    """Shortens a long reply; None for all of it."""
    step: Step | None = None
    """The step of the article that the block is, which says what the reply shows."""
    needs: str = ""
    """A program that a reader may not have; the page says what to do without it."""

    @property
    def text(self) -> str:
        """The commands as the page has them."""
        return "\n".join(self.commands)


def excerpt(expression: str) -> Shorten:
    """Returns a shortening to what a JMESPath finds in a reply of JSON."""
    compiled = jmespath.compile(expression)

    def shorten(reply: str) -> str:
        found = json.dumps(compiled.search(json.loads(reply)), indent=4, ensure_ascii=False)
        return f"{LEFT_OUT}\n{found}\n{LEFT_OUT}"

    return shorten


def lines(pattern: str) -> Shorten:
    """Returns a shortening to the lines in which a regular expression is found."""
    wanted = re.compile(pattern)

    def shorten(reply: str) -> str:
        shown: list[str] = []
        for line in reply.splitlines():
            if wanted.search(line):
                shown.append(line.rstrip())
            elif shown[-1:] != [LEFT_OUT]:
                shown.append(LEFT_OUT)
        return "\n".join(shown)

    return shorten


def nothing(reply: str) -> str:
    """Leaves all of a reply out: the page says in words what there is to see."""
    return ""


Chapter = Mapping[str, Block]
"""The blocks of a chapter by name, in their order."""


def chapter(*blocks: Block) -> Chapter:
    """Returns a chapter of these blocks. Raises ValueError when two have one name."""
    named = {block.name: block for block in blocks}
    if len(named) < len(blocks):
        raise ValueError("two blocks have one name")
    return named
