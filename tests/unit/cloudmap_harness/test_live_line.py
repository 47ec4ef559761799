# SPDX-License-Identifier: Apache-2.0
"""A terminal shows what is being done and since when; a log shows nothing of it."""

import errno
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from cloudmap_harness import live_line
from cloudmap_harness.live_line import doing, shown_on, text
from tests.support.terminal import ERASE, Terminal, terminal
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line comes without a second of silence, and follows closely."""
    monkeypatch.setattr(live_line, "QUIET", 0.0)
    monkeypatch.setattr(live_line, "_INTERVAL", 0.01)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def screen() -> Iterator[Terminal]:
    with terminal() as opened:
        yield opened


@contextmanager
def all_on(screen: Terminal) -> Iterator[None]:
    """Shows the line on the terminal, which is stdout and stderr too."""
    with redirect_stdout(screen.stream), redirect_stderr(screen.stream), shown_on(screen.stream):
        yield


def until_shown(screen: Terminal, words: str) -> None:
    eventually(lambda: words in screen.screen[-1], what=f"the line {words!r}")


def test_the_line_has_the_activity_and_its_seconds(screen: Terminal) -> None:
    with all_on(screen), doing("writing the stacks"):
        until_shown(screen, "writing the stacks, 0 s")
        until_shown(screen, "writing the stacks, 1 s")
    eventually(lambda: screen.screen == [""], what="an empty screen")


def test_the_inner_activity_stands_for_the_outer_one(screen: Terminal) -> None:
    with all_on(screen), doing("deploy"):
        with doing("compute: terraform apply"):
            until_shown(screen, "compute: terraform apply, 0 s")
        until_shown(screen, "deploy, ")


def test_what_is_printed_takes_the_place_of_the_line(screen: Terminal) -> None:
    with all_on(screen), doing("deploy"):
        until_shown(screen, "deploy, 0 s")
        sys.stdout.write("compute | Creating...\n")
        until_shown(screen, "deploy, 0 s")
        sys.stderr.write("a warning\n")
    eventually(
        lambda: screen.screen == ["compute | Creating...", "a warning", ""], what="the screen"
    )


def test_a_question_is_not_written_over(screen: Terminal) -> None:
    with all_on(screen), doing("deploy"):
        until_shown(screen, "deploy, 0 s")
        sys.stdout.write("Go on? ")
        sys.stdout.flush()
        eventually(lambda: screen.screen == ["Go on? "], what="the question")
        seen = len(screen.written)
        # The writer has had its turns when another line is there.
        with terminal() as other, shown_on(other.stream):
            eventually(lambda: "deploy" in other.screen[-1], what="the other line")
        assert screen.written[seen:] == ""


def test_what_stands_at_the_left_stays(screen: Terminal) -> None:
    begin = "  deploy at 1 … "
    screen.stream.write(begin)
    with shown_on(screen.stream, after=begin):
        with doing("compute: creating aws_ecs_service.service"):
            until_shown(screen, f"{begin}compute: creating aws_ecs_service.service, 0 s")
        with doing(""):
            until_shown(screen, f"{begin}0 s")
    screen.stream.write("  0.1 s\n")
    screen.stream.flush()
    eventually(lambda: screen.screen == [f"{begin}  0.1 s", ""], what="the line of the step")


def test_an_inner_line_stands_for_the_outer_one_until_it_ends(screen: Terminal) -> None:
    with all_on(screen), doing("test-wheel"):
        with shown_on(sys.stdout), doing("installing the wheel"):
            until_shown(screen, "installing the wheel, 0 s")
            sys.stdout.write("1 passed\n")
            until_shown(screen, "installing the wheel, ")
        until_shown(screen, "test-wheel, ")
    eventually(lambda: screen.screen == ["1 passed", ""], what="the screen")


def test_all_threads_are_shown_with_the_longest_seconds(screen: Terminal) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def install() -> None:
        with doing(lambda: "CDKTF command line: 12 of 300"):
            begun.set()
            go_on.wait()

    thread = threading.Thread(target=install)
    with doing("Python packages: 3 of 123") as activity:
        thread.start()
        assert begun.wait(20)
        both = "Python packages: 3 of 123; CDKTF command line: 12 of 300, 7 s"
        assert text(80, activity.began + 7) == both
        assert text(40, activity.began + 7) == "Python packages: 3 of 123; CDKTF..., 7 s"
    go_on.set()
    thread.join()
    assert text(80, 0) == ""


def test_another_beginning_counts_from_there() -> None:
    with doing("compute: terraform apply") as activity:
        activity.say("compute: creating aws_ecs_service.service", activity.began + 5)
        assert text(80, activity.began + 12).endswith("service, 7 s")
        activity.say("compute: terraform apply")
        assert text(80, activity.began + 12).endswith("apply, 12 s")


def test_the_line_ends_with_an_error_and_on_a_narrow_terminal_it_fits() -> None:
    with terminal(columns=20) as narrow:
        with pytest.raises(RuntimeError), shown_on(narrow.stream), doing("x" * 100):
            eventually(lambda: narrow.screen[-1], what="the line")
            raise RuntimeError
        eventually(lambda: narrow.screen == [""], what="an empty screen")
        shown = narrow.written.split(ERASE)
        assert max(map(len, shown)) == 19
        assert "xxx..., 0 s" in narrow.written


def test_a_log_has_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    with shown_on(log), doing("deploy"):
        before = sys.stdout
        log.write("line\n")
        assert sys.stdout is before
    assert log.getvalue() == "line\n"
    monkeypatch.setenv("TERM", "dumb")
    with terminal() as dumb, shown_on(dumb.stream), doing("deploy"):
        assert not live_line.is_terminal(dumb.stream)


class GoneTerminal(io.StringIO):
    """A terminal whose window was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, words: str) -> int:
        self.tried.set()
        raise OSError(errno.EIO, "the terminal has gone")


def test_a_terminal_that_has_gone_does_not_end_the_work() -> None:
    gone = GoneTerminal()
    with shown_on(gone), doing("deploy"):
        assert gone.tried.wait(20)
        with doing("more"):
            pass
    assert text(80, 0) == ""
