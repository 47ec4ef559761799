# SPDX-License-Identifier: Apache-2.0
"""How many packages are installed, of how many: what the set-up shows while it waits."""

import json
import re
from pathlib import Path

_ALL = re.compile(r"^Resolved (\d+) packages?")
_BEGINS = re.compile(r"^ *(?:Downloading|Building) (\S+)")
_ENDS = re.compile(r"^ *(?:Downloaded|Built) (\S+)")
_COLLECTS = re.compile(r"^Collecting (\S+)")
_PROGRESS = re.compile(
    r"^ *(Using Python|Resolved|Downloading|Downloaded|Building|Built|Prepared|Installed"
    r"|Uninstalled|Looking in|Collecting|Using cached|Installing collected) "
)


class PythonPackages:
    """The packages of a lock file: counted by what uv or pip writes, and in the environment.

    The lock file has packages for other platforms too; uv says how many there are for this one.
    """

    def __init__(self, lock: Path, venv: Path) -> None:
        self._venv = venv
        self._all = len(re.findall(r"^[\w.-]+(?:\[.*\])?==", lock.read_text(), re.MULTILINE))
        self._collected: set[str] = set()
        self._begun: set[str] = set()
        self._ended: set[str] = set()

    def read(self, line: str) -> None:
        """Takes note of a line that the installer has written."""
        if found := _ALL.match(line):
            self._all = int(found[1])
        for pattern, names in (
            (_COLLECTS, self._collected),
            (_BEGINS, self._begun),
            (_ENDS, self._ended),
        ):
            if found := pattern.match(line):
                names.add(found[1])

    def __str__(self) -> str:
        if not self._collected and len(self._ended) < len(self._begun):
            return f"Python packages: {len(self._ended)} of {len(self._begun)} large downloads"
        installed = len(list(self._venv.glob("lib/python*/site-packages/*.dist-info")))
        count = min(max(installed, len(self._collected)), self._all)
        return f"Python packages: {count} of {self._all}"


class NodePackages:
    """The packages of an npm lock file, counted in `node_modules`."""

    def __init__(self, lock: Path) -> None:
        packages = json.loads(lock.read_text())["packages"]
        # An optional package may be for another platform.
        self._files = [
            lock.parent / path / "package.json"
            for path, package in packages.items()
            if path and not package.get("optional")
        ]

    def __str__(self) -> str:
        installed = sum(file.exists() for file in self._files)
        return f"CDKTF command line: {installed} of {len(self._files)}"


def is_progress(line: str) -> bool:
    """Says whether an installer tells by this line how far it is, and not what went wrong."""
    return _PROGRESS.match(line) is not None
