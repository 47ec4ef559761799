# SPDX-License-Identifier: Apache-2.0
"""The embedded AWS endpoint as a background process of this checkout: up, down, status.

The pid file holds the process's id and its URL, a line each. A process is taken for ours, and
ended, only when the endpoint at that URL gives that id as its own.
"""

import argparse
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from cloudmap_harness.aws.targets import Target, localstack_endpoint
from cloudmap_harness.errors import TargetError
from handson.health import EndpointError, Other, Running, who_answers
from localaws import settings as localaws
from stacks import settings as handson
from stacks.errors import SettingsError

CHECKOUT = Path(__file__).resolve().parent.parent
STATE = CHECKOUT / ".state"

ON_FREE_PORTS = dict.fromkeys(("LOCALAWS_PORT", "LOCALAWS_DNS_PORT", "LOCALAWS_BASTION_PORT"), "0")
"""What lets an endpoint run beside the user's own, whatever ports that one has."""

_START_SECONDS = 60
_STOP_SECONDS = 10


def ensure_up(environ: Mapping[str, str], state: Path = STATE) -> str:
    """The URL of the running endpoint, which is started when there is none.

    Raises EndpointError when something else holds the port or the endpoint does not start.
    """
    endpoint = up(environ, state)
    if endpoint.started:
        print(f"localaws started on {endpoint.url} (pid {endpoint.pid})", file=sys.stderr)
    return endpoint.url


def ensure_endpoint(target: Target, environ: Mapping[str, str]) -> str | None:
    """Where that target answers, None for AWS; the local one is up after this.

    ENDPOINT names another endpoint than LocalStack's usual one, and goes with no other target.
    Raises EndpointError and TargetError.
    """
    named = environ.get("ENDPOINT")
    if target is Target.LOCALSTACK:
        return named or localstack_endpoint()
    if named:
        raise TargetError("ENDPOINT", named, f"none with TARGET={target}, only with localstack")
    return ensure_up(environ) if target is Target.LOCAL else None


def up(environ: Mapping[str, str], state: Path = STATE) -> Running:
    """The endpoint of this checkout: the one that runs, else a new one. Raises EndpointError."""
    port = _port(environ)
    state.mkdir(exist_ok=True)
    with _alone(state / "localaws.lock"):
        recorded = status(state)
        if recorded is not None:
            asked = port if "LOCALAWS_PORT" in environ else 0
            if asked not in (0, urlsplit(recorded.url).port):
                raise EndpointError(
                    f"it runs on {recorded.url} already (pid {recorded.pid}), "
                    f"but LOCALAWS_PORT asks for {asked}: `make local-down` first"
                )
            return recorded
        found = who_answers(_url(port)) if port else None
        if isinstance(found, Other):
            raise EndpointError(
                f"port {port} is held by {found.what}: end it, "
                "or choose another port for localaws with LOCALAWS_PORT"
            )
        return found or _start(environ, state, port)


def down(state: Path = STATE) -> Running | None:
    """End the endpoint that `up` started; what was ended, if anything. Raises EndpointError."""
    with _alone(state / "localaws.lock"):
        recorded = _recorded(state)
        if recorded is None:
            return None
        pid, url = recorded
        endpoint = status(state)
        if endpoint is None and not _is_gone(pid):
            raise EndpointError(
                f"process {pid} is alive but does not answer as localaws on {url}: "
                f"end it by hand if it is, then remove {_pid_file(state)}"
            )
        if endpoint is not None:
            os.kill(pid, signal.SIGTERM)
            if not _until(lambda: _is_gone(pid), _STOP_SECONDS):
                os.kill(pid, signal.SIGKILL)
        _pid_file(state).unlink()
        return endpoint


def status(state: Path = STATE) -> Running | None:
    """The endpoint that `up` started, if it still answers."""
    recorded = _recorded(state)
    if recorded is None:
        return None
    pid, url = recorded
    found = who_answers(url)
    return found if isinstance(found, Running) and found.pid == pid else None


def running(environ: Mapping[str, str], state: Path = STATE) -> Running:
    """The endpoint that `up` would give, without starting any. Raises EndpointError."""
    found = _found(environ, state)
    if not isinstance(found, Running):
        raise EndpointError(f"{_absent(environ, found)}; `make local-up` starts it")
    return found


def main(arguments: Sequence[str]) -> int:
    """`up`, `down` or `status`, told in a line. `status` is 0 only when it runs."""
    actions = {"up": _tell_up, "down": _tell_down, "status": _tell_status}
    parser = argparse.ArgumentParser(prog="localaws", description="The embedded AWS endpoint.")
    parser.add_argument("action", choices=actions)
    try:
        return actions[parser.parse_args(arguments).action]()
    except EndpointError as error:
        print(f"localaws: {error}", file=sys.stderr)
        return 1


def _tell_up() -> int:
    endpoint = up(os.environ)
    print(f"localaws {'started' if endpoint.started else 'runs already'} on {_say(endpoint)}")
    _tell_inside(endpoint)
    return 0


def _tell_down() -> int:
    ended = down()
    if ended is None:
        return 0 if _tell_status() else 1
    print(f"localaws stopped: {_say(ended)}")
    return 0


def _tell_status() -> int:
    found = _found(os.environ, STATE)
    if isinstance(found, Running):
        elsewhere = "" if status() else ", not started from this checkout"
        print(f"localaws runs on {_say(found)}{elsewhere}")
        _tell_inside(found)
        return 0
    print(f"localaws {_absent(os.environ, found)}")
    return 1


def _found(environ: Mapping[str, str], state: Path) -> Running | Other | None:
    """The endpoint of this checkout, else who has the port that it would have."""
    port = _port(environ)
    return status(state) or (who_answers(_url(port)) if port else None)


def _absent(environ: Mapping[str, str], found: Other | None) -> str:
    held = f"; port {_port(environ)} is held by {found.what}" if found else ""
    return f"does not run{held}"


def _say(endpoint: Running) -> str:
    return f"{endpoint.url} (pid {endpoint.pid}, {endpoint.version})"


def _tell_inside(endpoint: Running) -> None:
    print(f"  resolver {endpoint.dns}, bastion {endpoint.bastion}: see `make env`")


def _start(environ: Mapping[str, str], state: Path, port: int) -> Running:
    """Start it detached, and wait until it serves."""
    log = state / "localaws.log"
    # No AWS variable: the endpoint has no use for the user's account.
    child_environment = {
        name: value
        for name, value in environ.items()
        if not name.startswith("AWS_") and name != "PYTHONDONTWRITEBYTECODE"
    } | {"PYTHONUNBUFFERED": "1"}  # So that the log is never behind.
    child_environment.setdefault("LOCALAWS_REGION", _region(environ))
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "localaws"],
            cwd=CHECKOUT,
            env=child_environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _record(state, child.pid, _url(port))
        _until(lambda: child.poll() is not None or _ready_url(log) is not None, _START_SECONDS)
        url = _ready_url(log)
        found = who_answers(url) if url and child.poll() is None else None
        if not (isinstance(found, Running) and found.pid == child.pid):
            lines = log.read_text(errors="replace").strip().splitlines()[-15:]
            code = child.poll()
            how = "does not answer" if code is None else f"ended with exit code {code}"
            raise EndpointError("\n  ".join([f"it {how}; the end of {log}:", *lines]))
    except BaseException:
        child.kill()
        child.wait()
        _pid_file(state).unlink(missing_ok=True)
        raise
    _record(state, child.pid, found.url)
    return replace(found, started=True)


def _ready_url(log: Path) -> str | None:
    ready = re.search(r"^localaws ready on (\S+)$", log.read_text(errors="replace"), re.MULTILINE)
    return ready[1] if ready else None


def _port(environ: Mapping[str, str]) -> int:
    try:
        return localaws.load_settings(environ).port
    except localaws.SettingsError as error:
        raise EndpointError(str(error)) from error


def _region(environ: Mapping[str, str]) -> str:
    """Where the stacks go, which is where the VPC is that the endpoint's resolver stands in."""
    try:
        return handson.load_settings(CHECKOUT / "handson.toml", environ).region
    except SettingsError as error:
        raise EndpointError(str(error)) from error


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _pid_file(state: Path) -> Path:
    return state / "localaws.pid"


def _record(state: Path, pid: int, url: str) -> None:
    new = state / "localaws.pid.new"
    new.write_text(f"{pid}\n{url}\n")
    new.replace(_pid_file(state))


def _recorded(state: Path) -> tuple[int, str] | None:
    try:
        pid, url = _pid_file(state).read_text().split()
        return int(pid), url
    except (FileNotFoundError, ValueError):
        return None


def _is_gone(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # Else a child of our own would stay as a zombie.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A container without an init leaves an orphan a zombie for ever.
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One at a time: two that come up together must not start two."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
