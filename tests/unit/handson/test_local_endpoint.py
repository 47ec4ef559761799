# SPDX-License-Identifier: Apache-2.0
"""Whom the endpoint's commands take for the endpoint; its process itself is a live test's."""

import json
import os
import platform
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from handson import local_endpoint as endpoint
from handson.cli import main
from handson.endpoint_lookup import LocalEndpoint, OtherServer, find_at, find_running_at
from handson.errors import EndpointError, UsageError
from handson.local_endpoint import Life, down, find_running, status, up
from stacks.errors import SettingsError

INSIDE = {"dns": "127.0.0.1:53", "bastion": "http://127.0.0.1:3128", "peakMemoryBytes": 1 << 20}
OURS = json.dumps({"edition": "localaws", "version": "moto 5", "pid": os.getpid(), **INSIDE})
LOCALSTACK = '{"edition": "community", "version": "4.0", "services": {}}'

SERVER = f"Werkzeug/{version('werkzeug')} Python/{platform.python_version()}"
"""What pytest-httpserver calls itself."""

Serve = Callable[[str], str]
_REAL_START = endpoint._start


class QuicklyEnded(HTTPServer):
    """A server that looks every 0.01 s whether it should end, not every half second."""

    def thread_target(self) -> None:
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.01)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answers that text to every request for a page of LocalStack's; returns the URL."""
    with ExitStack() as stack:

        def start(body: str) -> str:
            server = stack.enter_context(QuicklyEnded(host="127.0.0.1"))
            server.expect_request(re.compile("/_localstack/.*")).respond_with_data(body)
            return server.url_for("").rstrip("/")

        yield start


@pytest.fixture(autouse=True)
def nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("started")

    monkeypatch.setattr(endpoint, "_start", refuse)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def record(state: Path, pid: int, url: str) -> None:
    (state / "localaws.pid").write_text(f"{pid}\n{url}\n")


def port_of(url: str) -> dict[str, str]:
    return {"LOCALAWS_PORT": url.rpartition(":")[2]}


def ours(url: str) -> LocalEndpoint:
    """What OURS says."""
    dns, bastion = "127.0.0.1:53", "http://127.0.0.1:3128"
    return LocalEndpoint(url, os.getpid(), "moto 5", dns, bastion, peak_memory=1 << 20)


def test_a_health_page_tells_who_answers(serve: Serve) -> None:
    url = serve(OURS)
    assert find_at(url) == ours(url)
    assert find_at(serve(LOCALSTACK)) == OtherServer(
        "LocalStack (community 4.0); TARGET=localstack uses that"
    )
    assert find_at(serve("It works!")) == OtherServer(f"another HTTP server ({SERVER})")
    assert find_at(serve("[]")) == OtherServer(f"another HTTP server ({SERVER})")


def test_localaws_is_there_or_an_error_says_what_is(serve: Serve) -> None:
    url = serve(OURS)
    assert find_running_at(url) == ours(url)
    with pytest.raises(EndpointError, match=r"localaws should answer there, but LocalStack"):
        find_running_at(serve(LOCALSTACK))
    with pytest.raises(EndpointError, match=r"but nothing does"):
        find_running_at(f"http://127.0.0.1:{unused_port()}")


def test_a_port_without_http_is_told_from_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert find_at(url) == OtherServer("something that does not answer HTTP")
        thread.join()
    assert find_at(url) is None


def test_up_is_a_no_op_when_it_runs(serve: Serve, tmp_path: Path) -> None:
    url = serve(OURS)
    record(tmp_path, os.getpid(), url)
    assert up({}, tmp_path) == ours(url)
    assert up(port_of(url), tmp_path) == ours(url)
    assert up({"LOCALAWS_PORT": "0"}, tmp_path) == ours(url)
    assert status(tmp_path) == find_running({"LOCALAWS_PORT": "0"}, tmp_path) == ours(url)


def test_one_that_does_not_run_is_not_started_for_the_asking(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match="^localaws does not run; `make local-up` starts it"):
        find_running({"LOCALAWS_PORT": "0"}, tmp_path)
    with pytest.raises(
        EndpointError, match=r"^localaws does not run; port \d+ is held by LocalStack"
    ):
        find_running(port_of(serve(LOCALSTACK)), tmp_path)


def test_up_uses_one_that_was_started_elsewhere(serve: Serve, tmp_path: Path) -> None:
    url = serve(OURS)
    assert up(port_of(url), tmp_path).url == url
    assert status(tmp_path) is None


def test_up_refuses_a_second_port(serve: Serve, tmp_path: Path) -> None:
    url = serve(OURS)
    record(tmp_path, os.getpid(), url)
    with pytest.raises(EndpointError, match=r"runs on .* but LOCALAWS_PORT asks for 1: `make loc"):
        up({"LOCALAWS_PORT": "1"}, tmp_path)


def test_up_says_what_else_holds_the_port(serve: Serve, tmp_path: Path) -> None:
    url = serve(LOCALSTACK)
    with pytest.raises(EndpointError, match=r"port \d+ is held by LocalStack \(community 4.0\)"):
        up(port_of(url), tmp_path)


def test_a_wrong_port_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="LOCALAWS_PORT='http'"):
        up({"LOCALAWS_PORT": "http"}, tmp_path)


@pytest.mark.parametrize("content", ["", "12", "x http://127.0.0.1:1", "1 2 3"])
def test_a_broken_pid_file_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "localaws.pid").write_text(content)
    assert status(tmp_path) is None
    assert down(tmp_path) is None


def test_a_stale_pid_file_starts_anew(tmp_path: Path) -> None:
    record(tmp_path, _a_dead_pid(), f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(AssertionError, match="started"):
        up({"LOCALAWS_PORT": "0"}, tmp_path)


def test_down_removes_a_stale_pid_file(tmp_path: Path) -> None:
    record(tmp_path, _a_dead_pid(), f"http://127.0.0.1:{unused_port()}")
    assert down(tmp_path) is None
    assert not (tmp_path / "localaws.pid").exists()


def test_down_ends_no_process_that_does_not_answer_as_ours(serve: Serve, tmp_path: Path) -> None:
    record(tmp_path, os.getpid(), serve(LOCALSTACK))
    with pytest.raises(EndpointError, match=f"process {os.getpid()} runs but does not answer"):
        down(tmp_path)
    assert (tmp_path / "localaws.pid").exists()


def test_another_localaws_at_the_recorded_url_is_not_ours(serve: Serve, tmp_path: Path) -> None:
    record(tmp_path, _a_dead_pid(), serve(OURS))
    assert status(tmp_path) is None
    assert down(tmp_path) is None


def test_a_wrong_region_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HANDSON_REGION"):
        _REAL_START({"HANDSON_REGION": "Tokyo"}, tmp_path, 0, Life.FREE)


@pytest.mark.parametrize(
    ("body", "action", "code", "told"),
    [
        (OURS, "status", 0, "localaws runs on .*, not started from this checkout"),
        (OURS, "down", 1, "localaws runs on .*, not started from this checkout"),
        (LOCALSTACK, "status", 1, "localaws does not run; port .* is held by LocalStack"),
        (LOCALSTACK, "down", 0, "localaws does not run; port .* is held by LocalStack"),
    ],
)
def test_what_is_not_from_this_checkout_is_told_and_left(
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    body: str,
    action: str,
    code: int,
    told: str,
) -> None:
    monkeypatch.setenv("LOCALAWS_PORT", port_of(serve(body))["LOCALAWS_PORT"])
    monkeypatch.setattr(endpoint, "down", lambda: down(tmp_path))
    monkeypatch.setattr(endpoint, "status", lambda *_: status(tmp_path))
    assert main([f"local-{action}"]) == code
    assert re.match(told, capsys.readouterr().out)


def test_an_error_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALAWS_PORT", "http")
    assert main(["local-up"]) == 2
    assert capsys.readouterr().err.startswith("LOCALAWS_PORT='http'")


def _a_dead_pid() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid
