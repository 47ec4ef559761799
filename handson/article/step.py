# SPDX-License-Identifier: Apache-2.0
"""A step of the hands-on: a command as a person types it, and when its reply is the wanted one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath

Until = Callable[[Sequence[Any], Mapping[str, Any]], bool]
"""Whether a command has been repeated often enough, by its replies so far and what was kept."""


@dataclass(frozen=True)
class Step:
    """`$name` in the command and in the file is what an earlier step kept under that name."""

    name: str
    command: str
    shows: str
    """What there is to see in the reply, in a line."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """Name and JMESPath of what later steps take from the reply."""
    file: str = ""
    """The JSON file beside this module that the command reads, with its ids filled in."""
    until: Until | None = None
    """The command is repeated until this holds: AWS gets there in its own time."""
    again_on: tuple[str, ...] = ()
    """Error codes that only say that it is too early."""
    excerpt: str = ""
    """A JMESPath of what matters in a long reply."""
    every_reply: bool = False
    """Is each reply worth a look, not only the last?"""


def says(expression: str) -> Until:
    """Until a JMESPath of the reply is true."""
    compiled = jmespath.compile(expression)

    def holds(replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
        return compiled.search(replies[-1]) is True

    return holds


def it_works(replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
    """Until Apache's page comes."""
    return "<h1>It works!</h1>" in str(replies[-1])


def everyone_has_answered(replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
    """Until each of the kept addresses has sent a reply."""
    return {reply["address"] for reply in replies} == set(kept["addresses"])
