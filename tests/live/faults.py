# SPDX-License-Identifier: Apache-2.0
"""Faults of a live test's own endpoint, and an endpoint that can be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from cloudmap_harness.aws.clients import AwsClients
from handson.endpoint_lookup import LocalEndpoint
from handson.local_endpoint import ON_FREE_PORTS, Life, down, up

QUICK = {
    "LOCALAWS_TICK_SECONDS": "0.01",
    "LOCALAWS_OPERATION_SECONDS": "0.02",
    "LOCALAWS_TASK_STEP_SECONDS": "0.02",
}
"""A run's own endpoint imitates AWS's delays less patiently, unless these variables say otherwise:
a check can see every state, but nobody is there to watch.
"""

EVERY_CALL_THROTTLED = {
    "kind": "call",
    "error": {"statusCode": 400, "code": "ThrottlingException"},
}
EVERY_THIRD_CALL_LATE = {"kind": "call", "every": 3, "latency": 5000}
EVERY_CONNECTION_DROPPED_ONCE = {"kind": "call", "attempt": 1, "drop": True}


class Faults:
    """Begins and ends faults at an endpoint."""

    def __init__(self, endpoint: str | None):
        self._url = f"{endpoint}/_localaws/faults"

    @contextmanager
    def on(self, fault: dict[str, Any]) -> Iterator[None]:
        """The fault is on within the block."""
        self._request("POST", fault)
        try:
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Ends all faults."""
        self._request("DELETE")

    def end_after(self, seconds: float) -> Thread:
        """Ends all faults later; the caller joins the thread."""

        def end() -> None:
            time.sleep(seconds)
            self.end()

        thread = Thread(target=end)
        thread.start()
        return thread

    def _request(self, method: str, body: Any = None) -> None:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self._url, data, method=method)):
            pass


class MortalEndpoint:
    """An endpoint with a port of its own that keeps its account; it can be killed in between."""

    def __init__(self, folder: Path):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        own = {"LOCALAWS_PORT": str(port), "LOCALAWS_KEEP": "1"}
        self._environ = {**QUICK, **os.environ, **ON_FREE_PORTS, **own}
        self._folder = folder
        self.killed = 0

    def start(self) -> LocalEndpoint:
        """Starts it, with what it has kept."""
        self._running = up(self._environ, self._folder, Life.OWNED)
        return self._running

    def kill(self) -> None:
        """Kills it as the kernel does, without a chance to end in order."""
        os.kill(self._running.pid, signal.SIGKILL)
        self.killed += 1

    def stop(self) -> None:
        down(self._folder)

    @contextmanager
    def killed_when(self, moment: Callable[[], bool], *, away: float) -> Iterator[None]:
        """It is killed when the moment has come during the block, and back some seconds later."""

        def kill_and_restart() -> None:
            self.kill()
            time.sleep(away)
            self.start()

        before = self.killed
        with when(moment, kill_and_restart):
            yield
        assert self.killed == before + 1, "the moment never came"


@contextmanager
def when(moment: Callable[[], bool], act: Callable[[], None]) -> Iterator[None]:
    """Acts in a thread of its own when the moment has come during the block.

    The thread ends with the block, also when that fails: nothing is done after a test's end.
    """
    ended = Event()

    def watch() -> None:
        while not moment():
            if ended.wait(0.02):
                return
        act()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def has_cluster(aws: AwsClients) -> bool:
    """Whether an apply has come so far that it has made the cluster."""
    return len(aws.ecs.list_clusters()["clusterArns"]) > 0
