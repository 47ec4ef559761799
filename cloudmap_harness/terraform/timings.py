# SPDX-License-Identifier: Apache-2.0
"""How long things took, by kind, in the order in which the kinds first came."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Timings:
    """Sums seconds by kind (synth, init, apply, ...); one measure at a time, never nested."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, kind: str) -> Iterator[None]:
        """Add the seconds of the block to `kind`, also when it raises."""
        began = self._clock()
        try:
            yield
        finally:
            self.seconds[kind] = self.seconds.get(kind, 0.0) + self._clock() - began
