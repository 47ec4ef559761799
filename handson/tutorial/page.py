# SPDX-License-Identifier: Apache-2.0
"""A page of the tutorial: a text in Markdown, in which `{{ name }}` stands for a block."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from handson.article.texts import LANGUAGES, explanation
from handson.errors import HandsonError
from handson.project import CHECKOUT
from handson.tutorial.block import Block
from handson.tutorial.cli_chapter import BY_CLI_CHAPTER
from handson.tutorial.stacks_chapter import BY_STACKS_CHAPTER

TEXTS = Path(__file__).parent / "texts"
BLOCKS: Mapping[str, Block] = {**BY_STACKS_CHAPTER, **BY_CLI_CHAPTER}
"""Every block, in the order of the pages."""

Replies = Mapping[str, str]
"""What the page has of each block's reply, by the block's name; a silent one is left out."""

_MARKER = re.compile(r"^\{\{ (.+) \}\}$", re.MULTILINE)
_FENCE = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class PageError(HandsonError):
    """A page, its text and the blocks do not belong to each other."""


def pages() -> Mapping[str, Path]:
    """Returns the page of each language: docs/handson.md, docs/handson.ja.md."""
    docs = CHECKOUT / "docs"
    return {each: docs / f"handson{'' if each == 'en' else f'.{each}'}.md" for each in LANGUAGES}


def render(language: str, replies: Replies) -> str:
    """Returns the page of a language. Raises PageError unless its text has each block in order."""
    text = (TEXTS / f"handson.{language}.md").read_text("utf-8")
    named = _MARKER.findall(text)
    if named != [*BLOCKS]:
        found = next((pair for pair in _pairs(named, [*BLOCKS]) if pair[0] != pair[1]), None)
        raise PageError(f"handson.{language}.md: got, and expected, the blocks {found}")

    def block(match: re.Match[str]) -> str:
        return "\n\n".join(_parts(BLOCKS[match[1]], replies.get(match[1], ""), language))

    return _MARKER.sub(block, text)


def replies_of(page: str) -> Replies:
    """Returns the replies that a page has. Raises PageError when its blocks are others."""
    names = iter(BLOCKS)
    name, replies = "", {}
    for kind, text in _FENCE.findall(page):
        if kind == "text":
            replies[name] = text.rstrip("\n")
            continue
        name = next(names, "")
        if not name or text.rstrip("\n") != BLOCKS[name].text:
            raise PageError(f"the page has other commands than block {name!r}:\n{text.rstrip()}")
    if missing := [*names]:
        raise PageError(f"the page has no block {missing[0]!r}")
    return replies


def _parts(block: Block, reply: str, language: str) -> Iterator[str]:
    yield f"```sh\n{block.text}\n```"
    if reply:
        yield f"```text\n{reply}\n```"
    if block.step:
        yield explanation(block.step, language)


def _pairs(got: Sequence[str], expected: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yields what is at the same place in both; `nothing` where one has ended."""
    for at in range(max(len(got), len(expected))):
        yield (
            got[at] if at < len(got) else "nothing",
            expected[at] if at < len(expected) else "nothing",
        )
