# SPDX-License-Identifier: Apache-2.0
"""Children end in time, are interrupted once, and leave no process behind."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cloudmap_harness.terraform import process
from cloudmap_harness.terraform.process import Child, Completed, ProcessTimeout, run_all
from cloudmap_harness.terraform.signals import Interrupted, interruptible
from cloudmap_harness.waiting import wait_for

LATE = 60.0


def shell(
    script: str, cwd: Path, on_line: Callable[[str], None] | None = None
) -> Callable[[], Child]:
    return lambda: Child(
        ["/bin/sh", "-c", script], cwd=cwd, env={"PATH": os.environ["PATH"]}, on_line=on_line
    )


def is_running(pid: int) -> bool:
    """Says whether a process runs; a zombie does not, its parent only has to collect it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def pid_in(file: Path) -> int:
    """Returns the process id that a child wrote to a file."""
    return int(file.read_text())


def test_a_running_process_is_seen_until_it_ends(tmp_path: Path) -> None:
    """Without this, the tests below could pass because `is_running` sees no process at all."""
    child = shell("echo $$; while :; do sleep 0.01; done", tmp_path)()
    pid = child._process.pid
    assert is_running(pid)
    child.end(0.0)
    assert not is_running(pid)


def test_both_streams_are_read_to_their_end_without_colours(tmp_path: Path) -> None:
    script = r"printf '\033[31mred\033[0m\n'; echo err >&2; exit 3"
    assert run_all([shell(script, tmp_path)], LATE) == [Completed(3, "red\n", "err\n")]


def test_much_output_on_both_streams_does_not_block(tmp_path: Path) -> None:
    script = (
        "i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done"
    )
    [completed] = run_all([shell(script, tmp_path)], LATE)
    assert len(completed.out) == len(completed.err) == 220_000


def test_each_line_is_shown_as_it_comes(tmp_path: Path) -> None:
    """The child continues only after its first line was shown."""
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


def test_a_late_child_is_interrupted_once_and_its_last_output_is_kept(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("streams", ["", ">/dev/null 2>&1"], ids=["inherited", "closed"])
def test_a_process_that_a_child_left_running_is_killed(tmp_path: Path, streams: str) -> None:
    """With the child's streams open, it would also keep the parent reading for ever."""
    run_all([shell(f"sleep 600 {streams} & echo $! > pid", tmp_path)], LATE)
    # SIGKILL has been sent; the kernel may need a moment.
    wait_for(
        lambda: is_running(pid_in(tmp_path / "pid")),
        lambda running: ["it runs"] if running else [],
        expected="the process killed",
        timeout=LATE,
        interval=0.01,
    )


def test_no_child_outlives_one_that_cannot_start(tmp_path: Path) -> None:
    script = "echo $$ > pid.new; mv pid.new pid; while :; do sleep 0.01; done"

    def missing() -> Child:
        while not (tmp_path / "pid").exists():
            pass
        assert is_running(pid_in(tmp_path / "pid"))
        return Child(["/no/such/program"], cwd=tmp_path, env={})

    with pytest.raises(FileNotFoundError):
        run_all([shell(script, tmp_path), missing], LATE)
    assert not is_running(pid_in(tmp_path / "pid"))


@pytest.fixture
def hangup() -> Iterator[None]:
    """SIGHUP ends a process, as it does unless that runs under nohup; pytest may."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hangup")
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_child_as_one_interrupt(tmp_path: Path, signum: int) -> None:
    """The child signals its parent, as a terminal would, and may finish its work."""
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


def test_the_child_is_in_a_session_of_its_own(tmp_path: Path) -> None:
    program = "import os; print(os.getsid(0) == os.getpid())"
    child = Child([sys.executable, "-c", program], cwd=tmp_path, env={})
    assert child.wait(LATE).out == "True\n"
