# SPDX-License-Identifier: Apache-2.0
"""The endpoint: an HTTP server on loopback and the scheduler, started and stopped together."""

from __future__ import annotations

# Before anything imports moto.ec2.
from localaws import moto_catalogue  # noqa: F401  # isort: skip

import socket
from contextlib import ExitStack
from functools import partial
from threading import Thread
from types import TracebackType
from typing import Self

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from localaws import runtime
from localaws.install import installed
from localaws.listening import HOST, on_port
from localaws.repeats import AnsweringRepeats
from localaws.scheduler import Scheduler
from localaws.settings import EndpointSettings
from localaws.vpc.servers import VpcServers
from localaws.wsgi import EndpointApplication

SHUTDOWN_POLL_SECONDS = 0.05
"""Seconds between two looks of the server at whether it should end; half a second by default."""


class RequestHandler(MotoRequestHandler):
    """Speaks HTTP/1.1, in which a reply may be chunked, and logs no requests."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing: a client that waits asks many times a second."""


class Endpoint:
    """The embedded AWS endpoint; one at a time in a process. A context manager.

    Raises OSError on entry when a port is taken.
    """

    def __init__(self, settings: EndpointSettings | None = None):
        self._settings = settings or EndpointSettings(port=0)
        self._exits = ExitStack()
        self.url = ""
        self.dns_port = 0
        self.bastion_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            vpc_servers = exits.enter_context(VpcServers(self._settings))
            # Bound here, since werkzeug ends the process when the port is taken.
            with on_port(self._settings.port, "LOCALAWS_PORT"):
                listener = socket.create_server((HOST, self._settings.port))
            exits.enter_context(listener)
            server = make_server(
                HOST,
                listener.getsockname()[1],
                AnsweringRepeats(EndpointApplication(vpc_servers.addresses)),
                threaded=True,
                request_handler=RequestHandler,
                fd=listener.fileno(),
            )
            exits.callback(server.server_close)
            runtime.configure(self._settings)
            exits.enter_context(installed())
            scheduler = Scheduler(vpc_servers.containers)
            scheduler.start()
            exits.callback(scheduler.stop)
            serve = partial(server.serve_forever, poll_interval=SHUTDOWN_POLL_SECONDS)
            thread = Thread(target=serve, name="http", daemon=True)
            thread.start()
            exits.callback(thread.join)
            exits.callback(server.shutdown)
            self.dns_port, self.bastion_url = vpc_servers.dns_port, vpc_servers.bastion_url
            self.url = f"http://{HOST}:{server.port}"
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()
