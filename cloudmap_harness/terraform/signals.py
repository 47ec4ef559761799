# SPDX-License-Identifier: Apache-2.0
"""Turns Ctrl-C, SIGTERM and a closed terminal into one exception, so that every `finally` runs.

Imports the standard library only.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_SECONDS = 0.05
"""After which a signal is delivered again, whose first delivery was lost."""
_REPEAT_SECONDS = 2.0
"""Signals within this time count as one: `timeout` signals its child and then the whole group."""


class Interrupted(KeyboardInterrupt):
    """Raised when the signal `signum` asks this process to end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum

    @property
    def exit_code(self) -> int:
        """The exit code that a shell reports for a process that this signal ended."""
        return 128 + self.signum


@contextmanager
def interruptible(clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Raises Interrupted in the main thread for every signal that comes within the block.

    A signal that follows another within two seconds is ignored, so that a repeated Ctrl-C does not
    cut short the cleanup that the first one began. SIGHUP stays ignored under nohup; SIGINT, which
    a shell ignores for its background jobs, does not. To be called in the main thread.
    """
    never = clock() - _REPEAT_SECONDS
    last = never

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal last
        now = clock()
        if now - last >= _REPEAT_SECONDS:
            last = now
            raise Interrupted(signum)

    def deliver_again(error: Interrupted) -> None:
        nonlocal last
        last = never
        # From another thread, when the callback that has lost the error is over.
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), error.signum)).start()

    with _handled_by(interrupt), _seeing_lost_interrupts(deliver_again):
        yield


@contextmanager
def _seeing_lost_interrupts(lost: Callable[[Interrupted], None]) -> Iterator[None]:
    """Calls a function for each Interrupted that Python drops.

    It drops every error of a finalizer or a weak reference's callback, and a signal may come there.
    """
    before = sys.unraisablehook

    def hook(dropped: "sys.UnraisableHookArgs") -> None:
        if isinstance(dropped.exc_value, Interrupted):
            lost(dropped.exc_value)
        else:
            before(dropped)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


@contextmanager
def deferred() -> Iterator[None]:
    """Delays signals to the end of the block, where the first is delivered and the rest dropped.

    Does nothing outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    with _handled_by(lambda signum, frame: received.append(signum)):
        yield
    if received:
        signal.raise_signal(received[0])


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
