# SPDX-License-Identifier: Apache-2.0
"""An endpoint in a process of its own, which keeps its account, for tests that end it any way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.endpoint.localaws.account import Account
from tests.support.paths import CHECKOUT

PROMISED_SECONDS = 1.0
"""After which an acknowledged change outlives the process."""


@dataclass(frozen=True)
class Running:
    """An endpoint in a process of its own, which keeps its account in a folder."""

    process: subprocess.Popen[str]
    url: str

    @property
    def aws(self) -> Account:
        return Account(self.url)

    @property
    def health(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/_localstack/health") as reply:
            return json.load(reply)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts an endpoint with the state folder of this test; all of them are ended."""
    started: list[Running] = []

    def start(**settings: str) -> Running:
        environ = {name: value for name, value in os.environ.items() if "LOCALAWS" not in name}
        environ |= {"LOCALAWS_PORT": "0", "LOCALAWS_STATE": str(tmp_path), "LOCALAWS_KEEP": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "localaws"],
            cwd=CHECKOUT,
            env=environ | settings,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        running = Running(process, process.stdout.readline().rpartition(" ")[2].strip())
        started.append(running)
        return running

    yield start
    for running in started:
        with suppress(ProcessLookupError):
            running.kill()


def eventually_still(file: Path) -> int:
    """When the file was written last, once it has been left alone for a while."""
    while True:
        before = file.stat().st_mtime_ns
        time.sleep(2 * PROMISED_SECONDS)
        if file.stat().st_mtime_ns == before:
            return before
