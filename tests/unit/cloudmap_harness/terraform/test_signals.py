# SPDX-License-Identifier: Apache-2.0
"""Signals become Interrupted, are delayed on request, and leave the former handlers in place."""

import signal
import threading

import pytest

from cloudmap_harness.terraform.signals import Interrupted, deferred, interruptible


def test_a_repeated_signal_counts_once() -> None:
    times = iter([0.0, 10.0, 11.9, 12.0])
    with interruptible(clock=times.__next__):
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_former_handlers_are_restored() -> None:
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]
    with interruptible():
        pass
    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before


def test_an_interrupt_is_raised_in_a_background_job_too() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible(), pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_hangup_that_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible(), deferred():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_deferred_signal_is_raised_at_the_end() -> None:
    reached = []
    with interruptible(), pytest.raises(Interrupted), deferred():
        signal.raise_signal(signal.SIGINT)
        reached.append(1)
    assert reached == [1]


def test_deferring_does_nothing_in_other_threads() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with deferred():
                pass
        except ValueError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not errors


class Finalized:
    """A finalizer in which a signal comes; Python drops every error of a finalizer."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_a_signal_that_comes_in_a_finalizer_is_not_lost() -> None:
    waiting = threading.Event()
    with interruptible(), pytest.raises(Interrupted):
        Finalized()
        waiting.wait(30)
