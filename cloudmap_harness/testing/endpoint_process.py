# SPDX-License-Identifier: Apache-2.0
"""The embedded endpoint as a process of its own, which ends with the process that started it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from typing import IO

from cloudmap_harness.errors import HarnessError

START_TIMEOUT = 60.0
STOP_TIMEOUT = 10.0
READY = "localaws ready on "
"""What the endpoint writes before its URL."""

_QUICK = {"LOCALAWS_OPERATION_SECONDS": "0.02", "LOCALAWS_TASK_STEP_SECONDS": "0.02"}
"""Tests wait for operations and tasks all the time; the user may set others."""
_OWN = {"LOCALAWS_PORT": "0", "LOCALAWS_DNS_PORT": "0", "LOCALAWS_BASTION_PORT": "0"}
"""Free ports: several of these endpoints run side by side."""
_NOT_FOR_TESTS = {"LOCALAWS_STATE", "LOCALAWS_KEEP", "LOCALAWS_TLS", "LOCALAWS_TLS_PORT"}


class EndpointNotStarted(HarnessError):
    """Raised when the endpoint ends, or says nothing, before it serves."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(f"the embedded endpoint {reason}: {words.strip() or 'it wrote nothing'}")


@contextmanager
def endpoint_process(environ: Mapping[str, str]) -> Iterator[str]:
    """Runs an endpoint on free ports within the block, and yields its URL.

    Raises EndpointNotStarted.
    """
    environment = {
        **_QUICK,
        **{k: v for k, v in environ.items() if k not in _NOT_FOR_TESTS and not _is_aws(k)},
        **_OWN,
        # It ends when its standard input does, in whatever way this process ends.
        "LOCALAWS_OWNED": "1",
    }
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "localaws"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # A terminal's Ctrl-C is for the tests first, which still need the endpoint to destroy.
            start_new_session=True,
        )
        try:
            yield _url(process, errors)
        finally:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.close()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _is_aws(name: str) -> bool:
    return name.startswith("AWS_")


def _url(process: "subprocess.Popen[str]", errors: IO[str]) -> str:
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    try:
        line = lines.get(timeout=START_TIMEOUT)
    except Empty:
        raise EndpointNotStarted(f"did not start within {START_TIMEOUT:.0f} s", "") from None
    if line.startswith(READY):
        return line.removeprefix(READY).strip()
    process.wait(STOP_TIMEOUT)
    errors.seek(0, os.SEEK_SET)
    raise EndpointNotStarted(f"ended with exit code {process.returncode}", errors.read())


def _read(pipe: IO[str], lines: "Queue[str]") -> None:
    """Reads to the end, so that the endpoint never waits for a reader; the last line is empty."""
    try:
        for line in pipe:
            lines.put(line)
    except ValueError:  # The pipe was closed.
        pass
    lines.put("")
