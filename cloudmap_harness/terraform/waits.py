# SPDX-License-Identifier: Apache-2.0
"""What Terraform commands wait for, by the lines that they write.

Terraform names a resource when it begins with it, repeats that every ten seconds, and names it
again at the end. Imports the standard library only.
"""

import re
import time
from collections.abc import Callable

_BEGINS = re.compile(r"^(\S+): (Creating|Destroying|Modifying|Reading)\.\.\.")
_ENDS = re.compile(r"^(\S+): (?:Creation|Destruction|Modifications|Read) complete")


class Waits:
    """The resources that side by side commands of one verb work on, oldest first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waits: dict[tuple[str, str], tuple[str, float]] = {}

    def read(self, stack: str, line: str) -> None:
        """Takes note of what a line of that stack's command says."""
        if begins := _BEGINS.match(line):
            self._waits[stack, begins[1]] = begins[2].lower(), self._clock()
        elif ends := _ENDS.match(line):
            self._waits.pop((stack, ends[1]), None)

    def now(self) -> tuple[str, float] | None:
        """Returns what is waited for longest, and since when; None between resources."""
        waits = list(self._waits.items())
        if not waits:
            return None
        (stack, address), (verb, since) = waits[0]
        more = f" and {len(waits) - 1} more" if len(waits) > 1 else ""
        return f"{stack}: {verb} {address}{more}", since
