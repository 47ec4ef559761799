# SPDX-License-Identifier: Apache-2.0
"""Children end in time, are interrupted once, and leave nothing behind."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cloudmap_harness.terraform import process
from cloudmap_harness.terraform.process import Child, Completed, ProcessTimeout, run_all
from cloudmap_harness.terraform.signals import Interrupted, deferred, interruptible

LATE = 60.0


def shell(
    script: str, cwd: Path, on_line: Callable[[str], None] | None = None
) -> Callable[[], Child]:
    return lambda: Child(
        ["/bin/sh", "-c", script], cwd=cwd, env={"PATH": os.environ["PATH"]}, on_line=on_line
    )


def is_running(pid: int) -> bool:
    """False for a zombie too: its parent, not we, has to collect it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_both_streams_are_read_to_their_end_without_colours(tmp_path: Path) -> None:
    script = r"printf '\033[31mred\033[0m\n'; echo err >&2; exit 3"
    assert run_all([shell(script, tmp_path)], LATE) == [Completed(3, "red\n", "err\n")]


def test_much_output_on_both_streams_does_not_block(tmp_path: Path) -> None:
    script = (
        "i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done"
    )
    [completed] = run_all([shell(script, tmp_path)], LATE)
    assert len(completed.out) == len(completed.err) == 220_000


def test_lines_are_shown_as_they_come(tmp_path: Path) -> None:
    """The child goes on only after its first line was seen."""
    seen = []

    def show(line: str) -> None:
        seen.append(line)
        (tmp_path / "seen").touch()

    script = "echo first; while [ ! -e seen ]; do sleep 0.01; done; echo second"
    run_all([shell(script, tmp_path, show)], LATE)
    assert seen == ["first", "second"]


def test_a_child_goes_on_when_nobody_reads_its_lines(tmp_path: Path) -> None:
    def closed(line: str) -> None:
        raise BrokenPipeError

    [completed] = run_all([shell("echo one; echo two", tmp_path, closed)], LATE)
    assert completed == Completed(0, "one\ntwo\n", "")


def test_a_killed_child_has_a_negative_code(tmp_path: Path) -> None:
    assert run_all([shell("kill -KILL $$", tmp_path)], LATE)[0].code == -signal.SIGKILL


def test_children_run_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other's file."""
    scripts = [
        f"touch {mine}; while [ ! -e {other} ]; do sleep 0.01; done"
        for mine, other in (("a", "b"), ("b", "a"))
    ]
    ended = run_all([shell(script, tmp_path) for script in scripts], LATE)
    assert [completed.code for completed in ended] == [0, 0]


def test_a_late_child_is_interrupted_once_and_keeps_its_last_words(tmp_path: Path) -> None:
    script = "trap 'echo saved; exit 1' INT; echo began; while :; do sleep 0.01; done"
    with pytest.raises(ProcessTimeout) as error:
        run_all([shell("exit 0", tmp_path), shell(script, tmp_path)], 0.5)
    assert error.value.index == 1
    assert error.value.completed == Completed(1, "began\nsaved\n", "")


def test_a_child_that_does_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_GRACE", 0.5)
    with pytest.raises(ProcessTimeout) as error:
        run_all([shell("trap '' INT; while :; do sleep 0.01; done", tmp_path)], 0.3)
    assert error.value.completed.code == -signal.SIGKILL


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    run_all([shell("sleep 600 & echo $! > pid", tmp_path)], LATE)
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_no_child_outlives_one_that_cannot_start(tmp_path: Path) -> None:
    script = "echo $$ > pid.new; mv pid.new pid; while :; do sleep 0.01; done"

    def missing() -> Child:
        while not (tmp_path / "pid").exists():
            pass
        return Child(["/no/such/program"], cwd=tmp_path, env={})

    with pytest.raises(FileNotFoundError):
        run_all([shell(script, tmp_path), missing], LATE)
    assert not is_running(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_child_as_one_interrupt(tmp_path: Path, signum: int) -> None:
    """The child signals its parent, as a terminal would, and is heard out."""
    script = (
        f"trap 'echo interrupted >> log' INT; kill -{signum} {os.getpid()};"
        " while [ ! -e log ]; do sleep 0.01; done; sleep 0.2; echo saved >> log"
    )
    with interruptible(), pytest.raises(Interrupted) as error:
        run_all([shell(script, tmp_path)], LATE)
    assert error.value.signum == signum
    assert error.value.exit_code == 128 + signum
    assert (tmp_path / "log").read_text() == "interrupted\nsaved\n"


def test_signals_while_a_child_stops_do_not_cut_it_short(tmp_path: Path) -> None:
    script = (
        f"trap 'kill -TERM {os.getpid()}; sleep 0.3; echo saved > log; exit 0' INT;"
        f" kill -INT {os.getpid()}; while :; do sleep 0.01; done"
    )
    with interruptible(clock=iter(range(0, 100, 10)).__next__), pytest.raises(Interrupted):
        run_all([shell(script, tmp_path)], LATE)
    assert (tmp_path / "log").read_text() == "saved\n"


def test_an_echo_of_a_signal_is_not_a_second_one() -> None:
    times = iter([0.0, 10.0, 11.9, 12.0])
    with interruptible(clock=times.__next__):
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)]
    with interruptible():
        pass
    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)] == before


def test_an_interrupt_is_heard_in_a_background_job_too() -> None:
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


def test_deferred_signals_come_at_the_end() -> None:
    reached = []
    with interruptible(), pytest.raises(Interrupted), deferred():
        signal.raise_signal(signal.SIGINT)
        reached.append(1)
    assert reached == [1]


def test_deferring_is_harmless_in_other_threads() -> None:
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


def test_the_child_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    program = "import os; print(os.getsid(0) == os.getpid())"
    child = Child([sys.executable, "-c", program], cwd=tmp_path, env={})
    assert child.wait(LATE).out == "True\n"
