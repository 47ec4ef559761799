# SPDX-License-Identifier: Apache-2.0
"""A process in the background: its pid file, whether it runs, and its end."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

_STOP_SECONDS = 10


def pid_file(state: Path) -> Path:
    """Returns the file in the state folder that names the process and its URL, a line each."""
    return state / "localaws.pid"


def write_pid_file(state: Path, pid: int, url: str) -> None:
    """Writes the file in one step: another process may read it now."""
    new = state / "localaws.pid.new"
    new.write_text(f"{pid}\n{url}\n")
    new.replace(pid_file(state))


def read_pid_file(state: Path) -> tuple[int, str] | None:
    """Returns the id and URL of the process; None without a file, or with a broken one."""
    try:
        pid, url = pid_file(state).read_text().split()
        return int(pid), url
    except (FileNotFoundError, ValueError):
        return None


def is_running(pid: int) -> bool:
    """Says whether a process runs; a zombie, which nobody has waited for, does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end(pid: int) -> None:
    """Asks the process to end, and kills it when it does not in time."""
    try:
        process = psutil.Process(pid)
        process.terminate()
        if not wait_until(lambda: not is_running(pid), _STOP_SECONDS):
            process.kill()
    except psutil.NoSuchProcess:
        return
    try:
        process.wait(0)  # A child of this process stays a zombie until somebody waits for it.
    except (psutil.TimeoutExpired, psutil.NoSuchProcess):
        return


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Says whether the condition came to hold within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
