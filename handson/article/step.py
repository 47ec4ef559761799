# SPDX-License-Identifier: Apache-2.0
"""A step of the article: a command as a person types it, and the reply that ends the step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jmespath

Until = Callable[[Sequence[Any], Mapping[str, Any]], bool]
"""Says, from the replies so far and the kept values, whether a command need not be repeated."""


@dataclass(frozen=True)
class Step:
    """A command; `$name` in it and in its file is what an earlier step kept under that name."""

    name: str
    command: str
    shows: str
    """One line that says what the reply shows."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """What later steps take from the reply: a JMESPath for each name."""
    file: str = ""
    """The JSON file beside this module that the command reads, with its ids filled in."""
    until: Until | None = None
    """The command is repeated until this holds, because AWS is eventually consistent."""
    again_on: tuple[str, ...] = ()
    """AWS error codes on which the command is repeated: something has not ended yet."""
    excerpt: str = ""
    """A JMESPath of what matters in a long reply."""
    every_reply: bool = False
    """Whether every reply is shown, and not only the last."""


@dataclass(frozen=True)
class Says:
    """A condition that holds when a JMESPath of the last reply is true."""

    expression: str

    def __call__(self, replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
        return jmespath.search(self.expression, replies[-1]) is True


def it_works(replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
    """Holds when the reply is Apache's page."""
    return "<h1>It works!</h1>" in str(replies[-1])


def everyone_has_answered(replies: Sequence[Any], kept: Mapping[str, Any]) -> bool:
    """Holds when each of the kept addresses has replied."""
    return {reply["address"] for reply in replies} == set(kept["addresses"])
