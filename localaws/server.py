# SPDX-License-Identifier: Apache-2.0
"""The endpoint: an HTTP server on loopback and the scheduler, started and stopped together."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from threading import Thread
from types import TracebackType
from typing import Self

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from localaws import runtime
from localaws.install import installed
from localaws.listening import HOST, on_port
from localaws.scheduler import Scheduler
from localaws.settings import Settings
from localaws.vpc.servers import Network
from localaws.wsgi import Application


class RequestHandler(MotoRequestHandler):
    """Keeps connections open, as AWS does, and leaves the log to what matters."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: clients that wait ask many times a second."""


class Endpoint:
    """The embedded AWS endpoint; one at a time in a process. A context manager.

    Raises OSError on entry when the port cannot be had.
    """

    def __init__(self, settings: Settings | None = None):
        self._settings = settings or Settings(port=0)
        self._exits = ExitStack()
        self.url = ""
        self.dns_port = 0
        self.bastion_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            network = exits.enter_context(Network(self._settings))
            inside = {"dns": f"{HOST}:{network.dns_port}", "bastion": network.bastion_url}
            # Bound here, since werkzeug ends the process when it finds the port taken.
            with on_port(self._settings.port, "LOCALAWS_PORT"):
                listener = socket.create_server((HOST, self._settings.port))
            exits.enter_context(listener)
            server = make_server(
                HOST,
                listener.getsockname()[1],
                Application(inside),
                threaded=True,
                request_handler=RequestHandler,
                fd=listener.fileno(),
            )
            exits.callback(server.server_close)
            runtime.configure(self._settings)
            exits.enter_context(installed())
            scheduler = Scheduler(network.containers)
            scheduler.start()
            exits.callback(scheduler.stop)
            thread = Thread(target=server.serve_forever, name="http", daemon=True)
            thread.start()
            exits.callback(thread.join)
            exits.callback(server.shutdown)
            self.dns_port, self.bastion_url = network.dns_port, network.bastion_url
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
