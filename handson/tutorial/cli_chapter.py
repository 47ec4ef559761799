# SPDX-License-Identifier: Apache-2.0
"""The second way: the article's commands, from handson/article/steps.py, and what fails on purpose.

Nothing of the article is written again here: a block is a step as it is typed.
"""

from collections.abc import Iterator
from dataclasses import replace

from handson.article.step import Says
from handson.article.steps import BY_CLI
from handson.tutorial.block import Block, chapter
from handson.tutorial.typed import HELPERS, plain, renamed, typed, typed_all

_STEPS = {step.name: step for step in BY_CLI}
_TYPED = {block.name: block for block in typed_all(BY_CLI)}
_LET_IN = "authorize-security-group-ingress"

_NOT_YET = (
    "delete-security-group",
    "delete-namespace",
    "delete-service (Cloud Map)",
    "delete-cluster",
    "delete-service (ECS)",
)
"""The deletions, in the wrong order."""


def _blocks() -> Iterator[Block]:
    yield Block("start again", ("make local-up",))
    yield Block("inside again", ('eval "$(make -s env)"',))
    yield Block("folder", ("mkdir -p .state/article", "cd .state/article"))
    yield HELPERS
    for name, block in _TYPED.items():
        yield block
        if name == "get-operation":
            yield from _taken_namespace()
        if name == "create-service (Cloud Map)":
            yield plain(_STEPS[name], "taken service", fails=True)
        if name == "curl the name":
            yield from _shut_out()
        if name == "curl until all have answered":
            for early in _NOT_YET:
                yield plain(_STEPS[early], f"too early {early}", fails=True)
    yield Block("end", ("cd ../..", "make local-down"))


def _taken_namespace() -> Iterator[Block]:
    """The call is accepted, and its operation fails."""
    looks = replace(_STEPS["get-operation"], until=Says("Operation.Status == 'FAIL'"), keeps={})
    yield renamed(typed(_STEPS["create-private-dns-namespace"], [looks]), "taken namespace")
    yield renamed(typed(looks), "taken namespace fails")


def _shut_out() -> Iterator[Block]:
    revoke = _TYPED[_LET_IN].text.replace("authorize-", "revoke-", 1)
    yield Block("revoke-security-group-ingress", (revoke,))
    yield renamed(_TYPED["curl the name"], "curl is shut out")
    yield renamed(_TYPED[_LET_IN], "let in again")
    yield renamed(_TYPED["curl the name"], "curl is let in")


BY_CLI_CHAPTER = chapter(*_blocks())
