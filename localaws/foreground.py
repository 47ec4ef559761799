# SPDX-License-Identifier: Apache-2.0
"""Runs the endpoint in the foreground until SIGINT or SIGTERM, or until its owner has gone."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from threading import Event, Thread
from typing import TYPE_CHECKING

from localaws import permanent
from localaws.listening import HOST
from localaws.settings import EndpointSettings, EndpointSettingsError, Log, load_endpoint_settings

if TYPE_CHECKING:
    from localaws.server import Endpoint


def serve() -> int:
    """Serves until a signal. Returns 0 then, 1 if a port is taken, 2 for a wrong setting."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        settings = load_endpoint_settings(os.environ)
    except EndpointSettingsError as error:
        return _fail(2, str(error))
    if settings.log is Log.CALLS:
        logging.getLogger("localaws.calls").setLevel(logging.INFO)
    if settings.owned:
        Thread(target=_wait_for_owner, args=(stopped,), name="owner", daemon=True).start()
    # Not before: it takes half a second, in which a Ctrl-C would end in a traceback.
    from localaws.server import Endpoint

    try:
        with Endpoint(settings) as endpoint:
            permanent.begin()
            sys.stdout.writelines(f"{line}\n" for line in _greeting(endpoint, settings))
            sys.stdout.flush()
            stopped.wait()
    except OSError as error:
        return _fail(1, error.strerror or str(error))
    return 0


def _greeting(endpoint: Endpoint, settings: EndpointSettings) -> Iterator[str]:
    """Yields where the endpoint is, and the lines for a shell that uses it."""
    yield f"localaws ready on {endpoint.url}"
    if endpoint.https_url:
        yield f"  and on {endpoint.https_url}"
    yield f"  resolver {HOST}:{endpoint.dns_port}, bastion {endpoint.bastion_url}"
    yield "in the shell that uses it:"
    variables = {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,  # What boto3 and the first AWS CLI read.
    }
    for name, value in variables.items():
        yield f"  export {name}={shlex.quote(value)}"
    yield "Ctrl-C ends it"


def _wait_for_owner(stopped: Event) -> None:
    """Sets the event at the end of standard input, which comes however the owner ends.

    Not by sys.stdin, whose lock the interpreter would wait for at its end.
    """
    while os.read(0, 1024):
        pass
    stopped.set()


def _fail(code: int, message: str) -> int:
    sys.stderr.write(f"localaws: {message}\n")
    return code
