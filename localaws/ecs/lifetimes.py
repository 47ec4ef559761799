# SPDX-License-Identifier: Apache-2.0
"""When a container ends by itself, which nothing here runs: an estimate from what it was told.

Ours: the Docker label `localaws.exit-after` says after how many seconds a container ends, and
`localaws.exit-code` with what. Without it, a command of nothing but what `_seconds` knows ends when
such a command ends, and the image hello-world ends at once. Everything else runs until it is
stopped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

EXIT_AFTER, EXIT_CODE = "localaws.exit-after", "localaws.exit-code"

SHELLS = ("ash", "bash", "dash", "sh")
SEPARATORS = re.compile(r"\s*(?:;|&&|\n)\s*")
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
SLEEP = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")


@dataclass(frozen=True)
class Exit:
    """How a container ends by itself."""

    seconds: float
    """From its start."""
    code: int


def exit_of(container: Mapping[str, Any], override: Mapping[str, Any]) -> Exit | None:
    """Returns how a container ends, or None when it runs until it is stopped.

    `override` is that of the container in RunTask's `overrides`.
    """
    labels = container.get("dockerLabels") or {}
    if EXIT_AFTER in labels:
        return _labelled(labels)
    command = override.get("command") or container.get("command") or []
    arguments = [*(container.get("entryPoint") or []), *command]
    if not arguments:
        image = str(container["image"]).rsplit("/", 1)[-1]
        return Exit(0, 0) if re.split("[:@]", image)[0] == "hello-world" else None
    return _exit_of_commands(_commands(arguments))


def _labelled(labels: Mapping[str, str]) -> Exit | None:
    """Returns what the labels say; None when they do not say it in numbers."""
    try:
        return Exit(max(0.0, float(labels[EXIT_AFTER])), int(labels.get(EXIT_CODE, "0")))
    except ValueError:
        return None


def _commands(arguments: Sequence[str]) -> list[list[str]]:
    """Returns the commands that a container runs, one after the other."""
    if PurePosixPath(arguments[0]).name in SHELLS:
        # A shell as entry point and as command, as in `["sh", "-c"] + ["sleep 5"]`.
        scripts = [word for word in arguments[1:] if word not in ("-c", "-ec", "-e")]
        return [part.split() for part in SEPARATORS.split(" ".join(scripts)) if part.strip()]
    return [[PurePosixPath(arguments[0]).name, *arguments[1:]]]


def _exit_of_commands(commands: Sequence[Sequence[str]]) -> Exit | None:
    total, code = 0.0, 0
    for words in commands:
        if words[0] == "exit":
            return Exit(total, int(words[1]) if words[1:] and words[1].isdigit() else code)
        seconds = _seconds(words)
        if seconds is None:
            return None
        total, code = total + seconds, int(words[0] == "false")
    return Exit(total, code) if commands else None


def _seconds(words: Sequence[str]) -> float | None:
    """Returns how long a command takes, or None when that is unknown here."""
    if words[0] in ("true", "false", "echo", "printf", "date", "env", "hostname", ":"):
        return 0.0
    if words[0] == "sleep":
        parts = [SLEEP.fullmatch(word) for word in words[1:]]
        if parts and all(parts):
            return sum(float(part[1]) * UNITS[part[2]] for part in parts if part)
    return None
