# SPDX-License-Identifier: Apache-2.0
"""Calls at a steady rate: a thread for each client, until the block ends."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Self


class Traffic:
    """Repeats each of several actions every `interval` seconds.

    An action that takes longer is not made up for. The first error of one ends all, and `wait`
    raises it.
    """

    def __init__(self, actions: Sequence[Callable[[], None]], interval: float) -> None:
        self._actions = actions
        self._interval = interval
        self._over = Event()
        self._pool = ThreadPoolExecutor(max_workers=max(len(actions), 1))
        self._running: list[Future[None]] = []

    def __enter__(self) -> Self:
        began = time.monotonic()
        for number, action in enumerate(self._actions):
            # One after the other within an interval, so that the calls do not come in bursts.
            first = began + self._interval * number / len(self._actions)
            self._running.append(self._pool.submit(self._repeat, action, first))
        return self

    def wait(self, seconds: float) -> None:
        """Returns after so many seconds; raises the error of an action at once."""
        if self._over.wait(max(seconds, 0.0)):
            for each in self._running:
                each.result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._pool.shutdown()

    def _repeat(self, action: Callable[[], None], due: float) -> None:
        try:
            while not self._over.wait(max(due - time.monotonic(), 0.0)):
                action()
                due = max(due + self._interval, time.monotonic())
        except BaseException:
            self._over.set()
            raise
