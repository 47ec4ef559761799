# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and a closed terminal as one exception, so that every `finally` runs."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_ONE_REQUEST = 2.0
"""Seconds in which signals count as one: `timeout` signals its child and then the whole group."""


class Interrupted(KeyboardInterrupt):
    """A signal asked this process to end; `signum` says which."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """What a shell reports for a process that this signal ended."""
        return 128 + self.signum


@contextmanager
def interruptible(clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Within, a signal raises Interrupted in the main thread, and so does a later one.

    Of several signals within two seconds the first counts: a clean-up that a Ctrl-C began must not
    be cut short by the same Ctrl-C's echo. A SIGHUP that nohup ignores stays ignored; SIGINT, which
    a shell ignores for its background jobs, does not. Call it in the main thread.
    """
    last = clock() - _ONE_REQUEST

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal last
        now = clock()
        if now - last >= _ONE_REQUEST:
            last = now
            raise Interrupted(signum)

    with _handled_by(interrupt):
        yield


@contextmanager
def deferred() -> Iterator[None]:
    """Within, signals wait; the first of them is delivered at the end. A no-op in other threads."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    with _handled_by(lambda signum, frame: waiting.append(signum)):
        yield
    if waiting:
        signal.raise_signal(waiting[0])


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = {signum: signal.getsignal(signum) for signum in SIGNALS}
    if before[signal.SIGHUP] is signal.SIG_IGN:
        del before[signal.SIGHUP]
    for signum in before:
        signal.signal(signum, handler)
    try:
        yield
    finally:
        for signum, previous in before.items():
            signal.signal(signum, previous)
