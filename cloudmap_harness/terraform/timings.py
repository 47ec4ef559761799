# SPDX-License-Identifier: Apache-2.0
"""How long the phases of a deployment took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Timings:
    """Sums seconds by phase (synth, init, apply, ...), in the order in which the phases began.

    Phases are measured one after another, never nested.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, phase: str) -> Iterator[None]:
        """Adds the seconds of the block to `phase`, also when the block raises."""
        started = self._clock()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + self._clock() - started
