# SPDX-License-Identifier: Apache-2.0
"""`make watch` as a process whose output is a pipe: a line per change, and an end in order."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urlsplit

import pytest

from handson.local_endpoint import status
from localaws.server import Endpoint
from tests.endpoint.localaws.account import Account
from tests.support.environment import environment_without
from tests.support.paths import CHECKOUT

LATE = 60.0


class Watch:
    """The running command; its lines are read as they come."""

    def __init__(self, **environ: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "handson", "watch"],
            cwd=CHECKOUT,
            env=environment_without("AWS_", "LOCALAWS_", "HANDSON_", "TARGET", "ENDPOINT")
            | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        self.seen: list[str] = []
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, words: str) -> str:
        """The first line with these words; a failure of the test when none comes."""
        while True:
            try:
                line = self._lines.get(timeout=LATE)
            except Empty:
                raise AssertionError(f"no {words!r} in {self.seen}") from None
            self.seen.append(line)
            if words in line:
                return line

    def end(self, signum: int) -> tuple[int, str]:
        """Its exit code and what it wrote to stderr, after a signal."""
        self.process.send_signal(signum)
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        return self.process.wait(LATE), errors


@contextmanager
def watching(**environ: str) -> Iterator[Watch]:
    watch = Watch(**environ)
    try:
        yield watch
    finally:
        watch.process.kill()
        watch.process.wait()
        watch._reader.join(LATE)
        for stream in (watch.process.stdout, watch.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture(autouse=True)
def none_of_this_checkout() -> None:
    """The command watches the endpoint that this checkout has started, if there is one."""
    running = status()
    if running is not None:
        pytest.skip(f"`make local-down` first: this checkout's endpoint runs on {running.url}")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


def local(endpoint: Endpoint) -> dict[str, str]:
    return {"LOCALAWS_PORT": str(urlsplit(endpoint.url).port)}


def localstack(endpoint: Endpoint) -> dict[str, str]:
    return {"TARGET": "localstack", "ENDPOINT": endpoint.url}


@pytest.mark.parametrize("target", [local, localstack])
def test_changes_are_lines_and_a_ctrl_c_ends_it_in_order(
    endpoint: Endpoint, target: Callable[[Endpoint], dict[str, str]]
) -> None:
    aws = Account(endpoint.url, key="111111111111")
    with watching(**target(endpoint)) as watch:
        assert "as it happens" in watch.until("ap-northeast-1 on ")
        watch.until("no service yet")
        namespace = aws.namespace("watched.internal")
        aws.ecs_service(aws.service(namespace, "web"), desired=2, name="web")
        watch.until("desired count is 2")
        watch.until("came: A web.watched.internal TTL")
        watch.until("RUNNING")
        code, errors = watch.end(signal.SIGINT)
    assert code == 128 + signal.SIGINT
    assert errors.strip() == "watch: SIGINT"
    assert "\x1b" not in "".join(watch.seen)


def test_no_endpoint_is_said_and_none_is_started() -> None:
    with watching(LOCALAWS_PORT="9") as watch:
        assert watch.process.stderr is not None
        errors = watch.process.stderr.read()
        assert watch.process.wait(LATE) == 1
    assert errors == "localaws does not run; `make local-up` starts it\n"


def test_a_reader_that_has_enough_ends_it_quietly(endpoint: Endpoint) -> None:
    aws = Account(endpoint.url)
    read, write = os.pipe()
    watch = subprocess.Popen(
        [sys.executable, "-m", "handson", "watch"],
        cwd=CHECKOUT,
        env=environment_without("AWS_", "LOCALAWS_", "HANDSON_") | local(endpoint),
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        os.close(write)
        os.read(read, 1)
        os.close(read)
        aws.namespace("enough.internal")
        assert watch.stderr is not None
        errors = watch.stderr.read()
        assert (watch.wait(LATE), errors) == (1, "")
    finally:
        watch.kill()
        watch.wait()
        assert watch.stderr is not None
        watch.stderr.close()


def test_a_terminal_gets_its_cursor_back(endpoint: Endpoint) -> None:
    ours, theirs = pty.openpty()
    watch = subprocess.Popen(
        [sys.executable, "-m", "handson", "watch"],
        cwd=CHECKOUT,
        env=environment_without("AWS_", "LOCALAWS_", "HANDSON_", "TERM", "COLUMNS")
        | {**local(endpoint), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while b"no service yet" not in shown:
            shown += os.read(ours, 4096)
        watch.send_signal(signal.SIGINT)
        with suppress(OSError):  # Linux's way to say that nobody writes any more.
            while more := os.read(ours, 4096):
                shown += more
        assert watch.wait(LATE) == 128 + signal.SIGINT
    finally:
        watch.kill()
        watch.wait()
        os.close(ours)
    assert b"as it happens" in shown
    hidden, visible = b"\x1b[?25l", b"\x1b[?25h"
    assert 0 <= shown.rfind(hidden) < shown.rfind(visible)
