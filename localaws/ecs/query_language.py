# SPDX-License-Identifier: Apache-2.0
"""ECS's cluster query language: which container instances an expression means.

Source: ECS developer guide, "Create expressions to define container instances for Amazon ECS
tasks".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from localaws.ecs.container_instances import ContainerInstance

Predicate = Callable[[ContainerInstance], bool]

TOKEN = re.compile(
    r"""\s*(?: (?P<symbol>==|!=|>=|<=|=~|!~|&&|\|\||[><!()\[\],])
             | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
             | (?P<word>[^\s"'()\[\],=!><&|]+) )""",
    re.VERBOSE,
)
WORDS: Mapping[str, str] = {
    "equals": "==",
    "not_equals": "!=",
    "greater_than": ">",
    "greater_than_equal": ">=",
    "less_than": "<",
    "less_than_equal": "<=",
    "matches": "=~",
    "not_matches": "!~",
    "not_in": "!in",
    "not_exists": "!exists",
    "and": "&&",
    "or": "||",
    "not": "!",
}
"""The words that stand for a symbol."""

SUBJECTS: Mapping[str, Callable[[ContainerInstance], Any]] = {
    "agentConnected": lambda instance: str(instance.agent_connected).lower(),
    "agentVersion": lambda instance: instance.version_info["agentVersion"],
    "ec2InstanceId": lambda instance: instance.ec2_instance_id,
    "pendingTasksCount": lambda instance: instance.pending_tasks_count,
    "registeredAt": lambda instance: instance.registered_at.isoformat(),
    "runningTasksCount": lambda instance: instance.running_tasks_count,
    "task:group": lambda instance: [task.group for task in instance.tasks.values()],
}


class InvalidExpression(ValueError):
    """An expression that the language does not have."""


def parse(expression: str) -> Predicate:
    """Returns what tells the container instances that the expression means.

    Raises InvalidExpression.
    """
    parser = _Parser(expression)
    predicate = parser.alternatives()
    if parser.next is not None:
        raise InvalidExpression(f"{parser.next!r} is not expected there")
    return predicate


class _Parser:
    """Reads tokens from the left; each method reads what its name says."""

    def __init__(self, expression: str):
        self._tokens: list[str] = []
        position, text = 0, expression.strip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise InvalidExpression(f"{text[position:]!r} cannot be read")
            self._tokens.append(next(group for group in match.groups() if group is not None))
            position = match.end()

    @property
    def next(self) -> str | None:
        return self._tokens[0] if self._tokens else None

    def _take(self) -> str:
        if not self._tokens:
            raise InvalidExpression("the expression ends too early")
        return self._tokens.pop(0)

    def _take_if(self, symbol: str) -> bool:
        if self.next is None or WORDS.get(self.next, self.next) != symbol:
            return False
        self._tokens.pop(0)
        return True

    def _expect(self, symbol: str) -> None:
        if not self._take_if(symbol):
            raise InvalidExpression(f"{symbol!r} is expected in the place of {self.next!r}")

    def alternatives(self) -> Predicate:
        found = [self._conjunction()]
        while self._take_if("||"):
            found.append(self._conjunction())
        return lambda instance: any(each(instance) for each in found)

    def _conjunction(self) -> Predicate:
        found = [self._term()]
        while self._take_if("&&"):
            found.append(self._term())
        return lambda instance: all(each(instance) for each in found)

    def _term(self) -> Predicate:
        if self._take_if("!"):
            refused = self._term()
            return lambda instance: not refused(instance)
        if self._take_if("("):
            inner = self.alternatives()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Predicate:
        value_of = _subject(self._take())
        negated = self._take_if("!")
        operator = WORDS.get(word := self._take(), word)
        if operator.startswith("!") and operator not in ("!=", "!~"):
            negated, operator = True, operator[1:]
        if operator == "exists":
            wanted: list[str] = []
        elif operator == "in":
            wanted = self._list()
        else:
            wanted = [self._take()]
        compare = _comparison(operator, wanted)
        return lambda instance: compare(value_of(instance)) != negated

    def _list(self) -> list[str]:
        self._expect("[")
        items = [self._take()]
        while self._take_if(","):
            items.append(self._take())
        self._expect("]")
        return items


def _subject(name: str) -> Callable[[ContainerInstance], Any]:
    kind, _, attribute = name.partition(":")
    if kind == "attribute" and attribute:
        return lambda instance: instance.attributes.get(attribute, MISSING)
    if name not in SUBJECTS:
        raise InvalidExpression(f"{name!r} is not a subject")
    return SUBJECTS[name]


MISSING = object()
"""The value of an attribute that a container instance does not have."""


def _comparison(operator: str, wanted: list[str]) -> Callable[[Any], bool]:
    """Returns the comparison of a subject's value, or of one of its values, with `wanted`."""
    match operator:
        case "exists":
            return lambda value: value is not MISSING
        case "==" | "in":
            return lambda value: any(str(each) in wanted for each in _values(value))
        case "!=":
            return lambda value: all(str(each) not in wanted for each in _values(value))
        case "=~" | "!~":
            pattern = _pattern(wanted[0])
            found = operator == "=~"
            return lambda value: any(pattern.search(str(each)) for each in _values(value)) == found
        case ">" | ">=" | "<" | "<=":
            return lambda value: any(_ordered(operator, each, wanted[0]) for each in _values(value))
        case _:
            raise InvalidExpression(f"{operator!r} is not an operator")


def _values(value: Any) -> list[Any]:
    if value is MISSING:
        return []
    return value if isinstance(value, list) else [value]


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise InvalidExpression(f"{text!r} is not a regular expression: {error}") from error


def _ordered(operator: str, value: Any, wanted: str) -> bool:
    """Compares numbers as numbers, anything else as text."""
    try:
        left, right = float(value), float(wanted)
    except ValueError:
        order = (str(value) > wanted) - (str(value) < wanted)
    else:
        order = (left > right) - (left < right)
    return {">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0}[operator]
