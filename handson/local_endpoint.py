# SPDX-License-Identifier: Apache-2.0
"""The embedded AWS endpoint as a background process of this checkout.

The pid file holds the process's id and its URL, a line each. A process is taken for this
checkout's, and ended, only when the endpoint at that URL gives that id as its own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from filelock import FileLock

from cloudmap_harness.live_line import doing
from handson.background_process import (
    end,
    is_running,
    pid_file,
    read_pid_file,
    wait_until,
    write_pid_file,
)
from handson.endpoint_lookup import LocalEndpoint, OtherServer, find_at
from handson.errors import EndpointError, UsageError
from handson.project import CHECKOUT, SETTINGS_FILE, STATE
from localaws.settings import EndpointSettings, EndpointSettingsError, load_endpoint_settings
from localaws.state_folder import account_files
from stacks.settings import load_settings

_PORTS = ("LOCALAWS_PORT", "LOCALAWS_DNS_PORT", "LOCALAWS_BASTION_PORT", "LOCALAWS_TLS_PORT")
ON_FREE_PORTS = dict.fromkeys(_PORTS, "0")
"""Variables with which an endpoint runs beside the user's own, whatever ports that one has."""

_START_SECONDS = 60

_HELD_OPEN: list[IO[bytes]] = []
"""The ends of pipes that close with this process, however it ends; an owned endpoint reads one."""


class Life(Enum):
    """What an endpoint leaves, and when it ends."""

    FREE = "keeps nothing, and runs until it is ended"
    OWNED = "keeps nothing, and ends with the process that has started it"
    KEPT = "keeps its account in the state folder, and runs until it is ended"


def start_if_needed(environ: Mapping[str, str], state: Path = STATE) -> str:
    """Returns the URL of the running endpoint; starts one, and says so, when there is none.

    Raises EndpointError when something else holds the port or the endpoint does not start.
    """
    endpoint = up(environ, state, Life.KEPT)
    if endpoint.started:
        print(f"localaws started on {endpoint.url} (pid {endpoint.pid})", file=sys.stderr)
        if endpoint.notice:
            print(endpoint.notice, file=sys.stderr)
    return endpoint.url


def up(environ: Mapping[str, str], state: Path = STATE, life: Life = Life.FREE) -> LocalEndpoint:
    """Returns the endpoint of a state folder: the one that runs, else a new one.

    Raises EndpointError.
    """
    settings = _settings(environ)
    port = settings.port
    with _lock(state):
        recorded = status(state)
        if recorded is not None:
            requested = port if "LOCALAWS_PORT" in environ else 0
            if requested not in (0, urlsplit(recorded.url).port):
                raise EndpointError(
                    f"localaws runs on {recorded.url} already (pid {recorded.pid}), "
                    f"but LOCALAWS_PORT asks for {requested}: `make local-down` first"
                )
            if settings.tls and recorded.https is None:
                raise EndpointError(
                    f"localaws runs on {recorded.url} already (pid {recorded.pid}), "
                    "without the HTTPS that LOCALAWS_TLS asks for: `make local-down` first"
                )
            return recorded
        found = find_at(_url(port)) if port else None
        if isinstance(found, OtherServer):
            raise EndpointError(
                f"port {port} is held by {found.description}: end it, "
                "or choose another port for localaws with LOCALAWS_PORT"
            )
        return found or _start(environ, state, port, life)


def down(state: Path = STATE) -> LocalEndpoint | None:
    """Ends the endpoint that `up` started; returns it, or None when none ran.

    Raises EndpointError when the recorded process runs but does not answer.
    """
    with _lock(state):
        recorded = read_pid_file(state)
        if recorded is None:
            return None
        pid, url = recorded
        endpoint = status(state)
        if endpoint is None and is_running(pid):
            raise EndpointError(
                f"process {pid} runs but does not answer as localaws on {url}: "
                f"if it is localaws, end it yourself; then remove {pid_file(state)}"
            )
        if endpoint is not None:
            with doing("stopping the embedded endpoint"):
                end(pid)
        pid_file(state).unlink()
        return endpoint


def account_folder(state: Path) -> Path:
    """Returns the folder in which the endpoint of a state folder keeps what outlives it."""
    return state.resolve() / "localaws"


def reset(environ: Mapping[str, str], state: Path = STATE) -> LocalEndpoint:
    """Ends this checkout's endpoint, forgets its account and starts it again, empty.

    Raises EndpointError when another endpoint has the port.
    """
    down(state)
    for kept in account_files(account_folder(state)):
        kept.unlink(missing_ok=True)
    endpoint = up(environ, state, Life.KEPT)
    if not endpoint.started:
        raise EndpointError(
            f"the endpoint on {endpoint.url} (pid {endpoint.pid}) was not started from this "
            "checkout, and is as it was: LOCALAWS_PORT chooses another port"
        )
    return endpoint


def status(state: Path = STATE) -> LocalEndpoint | None:
    """Returns the endpoint that `up` started, if it still answers."""
    recorded = read_pid_file(state)
    if recorded is None:
        return None
    pid, url = recorded
    found = find_at(url)
    return found if isinstance(found, LocalEndpoint) and found.pid == pid else None


def find(environ: Mapping[str, str], state: Path = STATE) -> LocalEndpoint | OtherServer | None:
    """Returns this checkout's endpoint, else who has the port that it would have."""
    port = _settings(environ).port
    return status(state) or (find_at(_url(port)) if port else None)


def find_running(environ: Mapping[str, str], state: Path = STATE) -> LocalEndpoint:
    """Returns the endpoint that `up` would return, without starting one. Raises EndpointError."""
    found = find(environ, state)
    if isinstance(found, LocalEndpoint):
        return found
    raise EndpointError(f"{describe_absence(environ, found)}; `make local-up` starts it")


def describe_absence(environ: Mapping[str, str], found: OtherServer | None) -> str:
    """Returns the sentence that no endpoint runs, and who holds its port."""
    held = f"; port {_settings(environ).port} is held by {found.description}" if found else ""
    return f"localaws does not run{held}"


def _start(environ: Mapping[str, str], state: Path, port: int, life: Life) -> LocalEndpoint:
    """Starts the endpoint in a session of its own and waits until it answers."""
    log = state / "localaws.log"
    # No AWS variable: the endpoint has no use for the user's account.
    child_environment = {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name != "PYTHONDONTWRITEBYTECODE"
    } | {"PYTHONUNBUFFERED": "1"}  # So that the log is never behind.
    # The endpoint's resolver is in the VPC of one region: that of the stacks.
    region = load_settings(SETTINGS_FILE, environ).region
    child_environment.setdefault("LOCALAWS_REGION", region)
    child_environment.setdefault("LOCALAWS_STATE", str(account_folder(state)))
    child_environment.setdefault("LOCALAWS_KEEP", "1" if life is Life.KEPT else "0")
    owned = life is Life.OWNED
    child_environment["LOCALAWS_OWNED"] = "1" if owned else "0"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "localaws"],
            cwd=CHECKOUT,
            env=child_environment,
            stdin=subprocess.PIPE if owned else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        write_pid_file(state, child.pid, _url(port))
        with doing("starting the embedded endpoint"):
            wait_until(
                lambda: child.poll() is not None or _ready_url(log) is not None, _START_SECONDS
            )
        url = _ready_url(log)
        found = find_at(url) if url and child.poll() is None else None
        if not (isinstance(found, LocalEndpoint) and found.pid == child.pid):
            raise EndpointError(_failed_start(child, log))
    except BaseException:
        child.kill()
        child.wait()
        pid_file(state).unlink(missing_ok=True)
        raise
    write_pid_file(state, child.pid, found.url)
    if child.stdin:
        _HELD_OPEN.append(child.stdin)
    return replace(found, started=True)


def _failed_start(child: subprocess.Popen[bytes], log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()[-15:]
    code = child.poll()
    late = f"does not answer after {_START_SECONDS} s"
    how = late if code is None else f"ended with exit code {code}"
    return "\n  ".join([f"localaws {how}; the end of {log}:", *lines])


def _ready_url(log: Path) -> str | None:
    ready = re.search(r"^localaws ready on (\S+)$", log.read_text(errors="replace"), re.MULTILINE)
    return ready[1] if ready else None


def _settings(environ: Mapping[str, str]) -> EndpointSettings:
    try:
        # The folder is this module's to choose, and only the endpoint reads it.
        return load_endpoint_settings({"LOCALAWS_STATE": os.curdir, **environ})
    except EndpointSettingsError as error:
        raise UsageError(str(error)) from error


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _lock(state: Path) -> FileLock:
    """A lock under which one process at a time starts or ends the endpoint of `state`."""
    state.mkdir(parents=True, exist_ok=True)
    return FileLock(state / "localaws.lock")
