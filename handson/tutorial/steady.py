# SPDX-License-Identifier: Apache-2.0
"""Replies without what differs from run to run.

`Steady` puts an id, address, time or port in the place of each, the same ones in every run, so
that the page reads as one run and a new one changes little. `shape` leaves only their kinds.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256

from handson.tutorial.block import LEFT_OUT

_HEX = "0123456789abcdef"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_UPPER = _LOWER.upper()
_TASK_SHOWN = 12
"""So many characters of a task's id are in a table."""

PATTERNS: Mapping[str, str] = {
    "date": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?",
    "epoch": r"\b\d{10}\.\d+",
    "uuid": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    "operation": r"\b[a-z0-9]{32}-[a-z0-9]{8}\b",
    "ec2": r"\b(?:vpc|subnet|sg|sgr|eni|rtb|acl|igw)-[0-9a-f]{17}\b",
    "cloudmap": r"\b(?:ns|srv)-[a-z0-9]{16}\b",
    "zone": r"\bZ[0-9A-Z]{20}\b",
    "change": r"\bC[0-9A-Z]{20}\b",
    "task": r"\b[0-9a-f]{32}\b|\b(?!123456789012)[0-9a-f]{12}\b(?= )",
    "deployment": r"\becs-svc/\d{19}\b",
    "address": r"\b10\.0\.\d{1,3}\.\d{1,3}\b(?!/)",
    "pid": r"(?<=\(pid )\d+",
    "port": r"(?<=127\.0\.0\.1:)\d+",
}
"""What differs from run to run, by kind; where two match, the first one counts."""

_ANY = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in PATTERNS.items()))
_SECONDS = re.compile(r"\b\d+(\.\d+)? ?s\b|\b\d+m\d+s\b")
_OF_A_VERSION = re.compile(r"(?<=moto )[\d.]+|(?<=httpd-task:)\d+|(?<=\"revision\": )\d+")
_ZONE = re.compile(r"\bap-northeast-1[a-d]\b")
_STACK = re.compile(r"^\s*(?:(?:network-inputs|discovery|compute)\b\s*\|?)?\s*")
_COUNTED = re.compile(r"^\s*\d+ (?=\{)")
_SPACE = re.compile(r"\s+|─+|│")


class Steady:
    """Puts steady values in the place of a run's own; one object for the whole run."""

    def __init__(self, replaced: Mapping[str, str]) -> None:
        """`replaced` are whole texts, such as this machine's paths, and what the page has."""
        self._replaced = dict(replaced)
        self._seen: dict[str, list[str]] = {}
        self.ports: dict[str, str] = {}
        """What the page has for each port of the run's endpoint."""

    def __call__(self, reply: str) -> str:
        """Returns the reply with steady values."""
        for text, instead in self._replaced.items():
            reply = reply.replace(text, instead)
        return _ANY.sub(self._instead, reply)

    def _instead(self, match: re.Match[str]) -> str:
        kind, value = match.lastgroup or "", match[0]
        if kind == "port":
            return self.ports.get(value, value)
        make = _MAKERS[kind]
        key = value[:_TASK_SHOWN] if kind == "task" else value
        family = f"{kind} {_prefix(value)}"
        seen = self._seen.setdefault(family, [])
        if key not in seen:
            seen.append(key)
        return make(value, seen.index(key))[: len(value) if kind == "task" else None]


def shape(reply: str) -> list[str]:
    """Returns the different lines of a reply, sorted, with the kind of what differs in runs.

    Their order and number is left away too: Terraform makes several things at a time, and lists
    of AWS are in any order.
    """
    shaped = set()
    for line in reply.splitlines():
        line = _COUNTED.sub("", _STACK.sub("", line))
        line = _ANY.sub(lambda match: f"<{match.lastgroup}>", line)
        line = _ZONE.sub("<availability zone>", _SECONDS.sub("<seconds>", line))
        line = _OF_A_VERSION.sub("<version>", line)
        line = _SPACE.sub(" ", line).strip().rstrip(",")
        if line and line != LEFT_OUT:
            shaped.add(line)
    return sorted(shaped)


def _prefix(value: str) -> str:
    """Returns what an id begins with, such as `vpc-`; empty for one without such a beginning."""
    found = re.match(r"[a-z]+-(?=[0-9a-z]+$)", value)
    return found[0] if found else ""


def _random(seed: str, alphabet: str, length: int) -> str:
    """Returns characters that look as if by chance, always the same for a seed."""
    number = int.from_bytes(sha256(seed.encode()).digest() * 2)
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        digits.append(alphabet[digit])
    return "".join(digits)


def _ec2(value: str, at: int) -> str:
    return _prefix(value) + _random(f"{_prefix(value)} {at}", _HEX, 17)


def _cloudmap(value: str, at: int) -> str:
    return _prefix(value) + _random(f"{_prefix(value)} {at}", _LOWER, 16)


def _uuid(value: str, at: int) -> str:
    text = _random(f"uuid {at}", _HEX, 32)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _operation(value: str, at: int) -> str:
    text = _random(f"operation {at}", _LOWER, 40)
    return f"{text[:32]}-{text[32:]}"


def _address(value: str, at: int) -> str:
    """Keeps the subnet, where the task is, and the length, by which a table is laid out."""
    subnet, _, host = value.rpartition(".")
    first, many = {1: (4, 6), 2: (10, 90), 3: (100, 155)}[len(host)]
    return f"{subnet}.{first + (37 * at + 58) % many}"


def _date(value: str, at: int) -> str:
    return f"2026-01-05T10:{at // 60:02}:{at % 60:02}" + value[len("2026-01-05T10:00:00") :]


_MAKERS: Mapping[str, Callable[[str, int], str]] = {
    "date": _date,
    "epoch": lambda value, at: f"{1767574800 + at}.{(at * 377) % 1000:03}",
    "uuid": _uuid,
    "operation": _operation,
    "ec2": _ec2,
    "cloudmap": _cloudmap,
    "zone": lambda value, at: "Z" + _random(f"zone {at}", _UPPER, 20),
    "change": lambda value, at: "C" + _random(f"change {at}", _UPPER, 20),
    "task": lambda value, at: _random(f"task {at}", _HEX, 32),
    "deployment": lambda value, at: "ecs-svc/" + _random(f"svc {at}", "0123456789", 19),
    "address": _address,
    "pid": lambda value, at: str(4711 + at),
}
