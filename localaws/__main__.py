# SPDX-License-Identifier: Apache-2.0
"""Runs the endpoint in the foreground until SIGINT or SIGTERM, or until its owner has gone."""

from __future__ import annotations

import logging
import os
import signal
import sys
from threading import Event, Thread

from localaws.server import Endpoint
from localaws.settings import EndpointSettingsError, load_endpoint_settings


def main() -> int:
    """Serves until a signal. Returns 0 then, 1 if a port is taken, 2 for a wrong setting."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        settings = load_endpoint_settings(os.environ)
    except EndpointSettingsError as error:
        return _fail(2, str(error))
    if settings.owned:
        Thread(target=_wait_for_owner, args=(stopped,), name="owner", daemon=True).start()
    try:
        with Endpoint(settings) as endpoint:
            sys.stdout.write(f"localaws ready on {endpoint.url}\n")
            sys.stdout.flush()
            stopped.wait()
    except OSError as error:
        return _fail(1, error.strerror or str(error))
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
