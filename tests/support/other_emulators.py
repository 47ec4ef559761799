# SPDX-License-Identifier: Apache-2.0
"""Other AWS-compatible endpoints, which lack links of the chain: plain moto and ministack."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.paths import CHECKOUT
from tests.support.tools import lacking

LOCK = Path(__file__).with_name("ministack.lock")
VENV = CHECKOUT / ".state" / "peers" / "ministack"
_START = 60.0


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Plain moto's URL: what localaws is without its additions."""
    port = _free_port()
    argv = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with _serving(argv, port, {}, tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """ministack's URL; it runs in an environment of its own, installed from PyPI once."""
    port = _free_port()
    folder = tmp_path_factory.mktemp("ministack")
    with _serving([str(_installed())], port, {"GATEWAY_PORT": str(port)}, folder) as url:
        yield url


def _installed() -> Path:
    stamp, program = VENV / "lock-stamp", VENV / "bin" / "ministack"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (stamp.is_file() and stamp.read_text() == digest and program.is_file()):
        shutil.rmtree(VENV, ignore_errors=True)
        uv = str(Path(sys.executable).with_name("uv"))
        install = ["pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]
        for command in (
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)],
            [uv, *install, "--system-certs", "--python", str(VENV / "bin" / "python")],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                lacking(f"ministack cannot be installed: {done.stderr.strip()}")
        stamp.write_text(digest)
    return program


@contextmanager
def _serving(
    argv: Sequence[str], port: int, environ: Mapping[str, str], folder: Path
) -> Iterator[str]:
    """A server on that port of loopback, ended afterwards; its words are in a log there."""
    log = folder / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            argv,
            cwd=folder,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + _START
        while not _listens(port):
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{argv[0]} does not serve:\n{log.read_text()}", pytrace=False)
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
