# SPDX-License-Identifier: Apache-2.0
"""A step of the article as a person types it: ids are shell variables, and waiting is a command.

The shell functions of HELPERS stand for what handson/article/runner.py does by itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import Template

from handson.article.runner import TEMPLATES
from handson.article.step import Says, Step
from handson.article.steps import KEPT
from handson.tutorial.block import Block, Shorten, excerpt

REQUESTS = 40
"""How often a name is fetched from so that four tasks have surely answered."""
REPLY = "reply.json"

HELPERS = Block(
    "helpers",
    (
        f"""from_reply() {{ jp.py "$1" < {REPLY} | tr -d '"'; }}""",
        """wait_until() {
  for second in $(seq 60); do
    if [ "$("$@")" = true ]; then return; fi
    sleep 1
  done
  echo "not so after 60 tries: $*"
  return 1
}""",
        """try_again() {
  for second in $(seq 60); do
    if "$@" 2> error.txt; then return; fi
    sleep 1
  done
  cat error.txt
  return 1
}""",
    ),
)


def typed(step: Step, later: Sequence[Step] = (), shorten: Shorten | None = None) -> Block:
    """Returns the step as a block that keeps the ids that later steps use."""
    commands = []
    if step.file:
        commands.append(f"cat > {step.file} <<END\n{_file(step)}END")
    if isinstance(step.until, Says):
        wanted = f"--query {_quoted(step.until.expression)}"
        commands.append(f"wait_until {_command(step)} \\\n{wanted}")
    wanted_later = {name: path for name, path in step.keeps.items() if _is_used(name, later)}
    end = f" | tee {REPLY}" if wanted_later else ""
    if step.every_reply:
        loop = f"for request in $(seq {REQUESTS}); do\n  {_silent(step)}\ndone"
        commands.append(f"{loop} | sort | uniq -c")
    else:
        again = "try_again " if step.again_on else ""
        commands.append(f"{again}{_command(step)}{end}")
    commands += [f"{name}=$(from_reply {_quoted(path)})" for name, path in wanted_later.items()]
    if step.excerpt and not step.every_reply:
        shorten = excerpt(step.excerpt)
    return Block(step.name, tuple(commands), shorten=shorten, step=step)


def typed_all(steps: Sequence[Step]) -> list[Block]:
    """Returns each step as a block."""
    return [typed(step, steps[at + 1 :]) for at, step in enumerate(steps)]


def plain(step: Step, name: str, *, fails: bool = False) -> Block:
    """Returns the step's command under another name, to be typed once and nothing kept of it."""
    return Block(name, (_command(step),), fails=fails)


def renamed(block: Block, name: str) -> Block:
    """Returns a block that is another one, typed a second time to show something else."""
    return replace(block, name=name, step=None)


class _AsVariables(dict[str, str]):
    """What the article's first step may use as it is; what a step keeps as a shell variable."""

    def __missing__(self, name: str) -> str:
        return f"${name}"


_VALUES: Mapping[str, str] = _AsVariables(KEPT)


def _command(step: Step) -> str:
    return Template(step.command).substitute(_VALUES)


def _silent(step: Step) -> str:
    """Returns a curl command without its progress, which a pipe would bring to light."""
    return _command(step).replace("curl ", "curl -s ", 1)


def _file(step: Step) -> str:
    return Template((TEMPLATES / step.file).read_text("utf-8")).substitute(_VALUES)


def _is_used(name: str, steps: Sequence[Step]) -> bool:
    variable = re.compile(rf"\${name}\b")
    return any(variable.search(_command(step) + _file_of(step)) for step in steps)


def _file_of(step: Step) -> str:
    return _file(step) if step.file else ""


def _quoted(expression: str) -> str:
    """Returns a JMESPath as one word of any POSIX shell, in quotes that leave it readable."""
    if "'" not in expression:
        return f"'{expression}'"
    if re.search(r'["$`\\!]', expression):
        raise ValueError(f"write {expression} with one kind of quotes: a person has to read it")
    return f'"{expression}"'
