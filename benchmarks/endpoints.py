# SPDX-License-Identifier: Apache-2.0
"""AWS endpoints that are measured, each a process of its own: the embedded one and plain moto."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.measurement import BenchmarkError
from benchmarks.servers import ended
from cloudmap_harness.aws.clients import AwsClients
from cloudmap_harness.aws.targets import Target, child_environment
from handson.project import CHECKOUT

HOST = "127.0.0.1"
REGION = "ap-northeast-1"
START_SECONDS = 60.0
QUICK = {"LOCALAWS_OPERATION_SECONDS": "0", "LOCALAWS_TASK_STEP_SECONDS": "0"}
"""Without the delays that imitate AWS."""


@dataclass(frozen=True)
class AwsServer:
    """An endpoint that answers."""

    url: str
    seconds: float
    """From the start of the process to its first answer."""
    process: psutil.Process

    def client(self, service: str) -> Any:
        """Returns a boto3 client of the service."""
        environment = child_environment(Target.LOCAL, {}, endpoint=self.url, region=REGION)
        return AwsClients(environment).client(service)

    @property
    def resident_mib(self) -> float:
        """The memory that the process has now, in MiB."""
        return float(self.process.memory_info().rss / 2**20)


@contextmanager
def localaws(env: Mapping[str, str] | None = None) -> Iterator[AwsServer]:
    """Runs the embedded endpoint within the block."""
    port = _free_port()
    environ = {"LOCALAWS_PORT": str(port), **(env or {})}
    with _answering(["localaws"], port, "/_localstack/health", environ) as server:
        yield server


@contextmanager
def moto_server() -> Iterator[AwsServer]:
    """Runs moto's own server within the block: the endpoint without what this project adds."""
    port = _free_port()
    with _answering(["moto.server", "-H", HOST, "-p", str(port)], port, "/moto-api/", {}) as server:
        yield server


@contextmanager
def _answering(
    module: list[str], port: int, page: str, env: Mapping[str, str]
) -> Iterator[AwsServer]:
    url = f"http://{HOST}:{port}"
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=CHECKOUT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ended(process):
        while not _answers(url + page):
            if process.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                raise BenchmarkError(f"{module[0]} does not answer")
            time.sleep(0.005)
        yield AwsServer(url, time.perf_counter() - begun, psutil.Process(process.pid))


def _answers(page: str) -> bool:
    try:
        with urllib.request.urlopen(page, timeout=START_SECONDS):
            return True
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])
