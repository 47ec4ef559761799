# SPDX-License-Identifier: Apache-2.0
"""The endpoint: an HTTP server on loopback and the scheduler, started and stopped together."""

from __future__ import annotations

# Before anything imports moto.ec2.
from localaws import moto_catalogue  # noqa: F401  # isort: skip

import socket
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from localaws import runtime
from localaws.calls import TellingCalls
from localaws.certificate import server_context
from localaws.faults.active import ACTIVE
from localaws.faults.injection import InjectingFaults
from localaws.faults.pages import FaultPages
from localaws.install import installed
from localaws.kept_account import KeptAccount
from localaws.listening import HOST, on_port
from localaws.live.pages import LivePages
from localaws.repeats import AnsweringRepeats
from localaws.scheduler import Scheduler
from localaws.settings import EndpointSettings
from localaws.state_folder import certificate_file
from localaws.strangers import RefusingStrangers, origins_at
from localaws.timeline.stream import STREAM
from localaws.vpc.servers import VpcServers
from localaws.wsgi import EndpointApplication

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SHUTDOWN_POLL_SECONDS = 0.05
"""Seconds between two looks of the server at whether it should end; half a second by default."""


class RequestHandler(MotoRequestHandler):
    """Speaks HTTP/1.1, in which a reply may be chunked, and logs no requests."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    """A reply is sent in one piece: one that is cut off after its status is not asked for again."""

    def finish(self) -> None:
        """Ends a connection, also one whose client has gone, as a page that is closed does."""
        with suppress(ConnectionError):
            super().finish()

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
        self.https_url: str | None = None
        """None unless the settings ask for TLS."""
        self.dns_port = 0
        self.bastion_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            vpc_servers = exits.enter_context(VpcServers(self._settings))
            listeners = [_listener(exits, self._settings.port, "LOCALAWS_PORT")]
            self.url = f"http://{HOST}:{_port(listeners[0])}"
            if self._settings.tls:
                listeners.append(_listener(exits, self._settings.tls_port, "LOCALAWS_TLS_PORT"))
                self.https_url = f"https://{HOST}:{_port(listeners[1])}"
            addresses = vpc_servers.addresses
            self.dns_port = int(addresses["dns"].rpartition(":")[2])
            self.bastion_url = addresses["bastion"]
            runtime.configure(self._settings)
            ACTIVE.clear()
            STREAM.begin()
            exits.enter_context(installed())
            application = self._application(exits, vpc_servers)
            servers = [_server(exits, listener, application) for listener in listeners]
            if self._settings.tls and self._settings.state:
                _use_tls(servers[1], self._settings.state)
            scheduler = Scheduler(vpc_servers)
            scheduler.start()
            exits.callback(scheduler.stop)
            for server in servers:
                serve = partial(server.serve_forever, poll_interval=SHUTDOWN_POLL_SECONDS)
                thread = Thread(target=serve, name="http", daemon=True)
                thread.start()
                exits.callback(thread.join)
                exits.callback(server.shutdown)
            self._exits = exits.pop_all()
        return self

    def _application(self, exits: ExitStack, vpc_servers: VpcServers) -> WSGIApplication:
        own = [urlsplit(url) for url in (self.url, self.https_url) if url]
        members = vpc_servers.addresses
        if self.https_url and self._settings.state:
            bundle = certificate_file(self._settings.state)
            members |= {"https": self.https_url, "caBundle": str(bundle)}
        repeats = AnsweringRepeats(
            EndpointApplication(lambda: {**members, "vpcs": vpc_servers.listing()})
        )
        application: WSGIApplication = repeats
        if self._settings.keep and self._settings.state:
            account = exits.enter_context(KeptAccount(self._settings.state, repeats))
            members |= {"account": str(account.file), "notice": account.notice or ""}
            application = account
        ended = Event()
        exits.callback(ended.set)
        return RefusingStrangers(
            LivePages(TellingCalls(FaultPages(InjectingFaults(application))), ended),
            own_origins=frozenset().union(*(origins_at(url.scheme, url.port or 0) for url in own)),
            allowed_origins=self._settings.cors_origins,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()


def _listener(exits: ExitStack, port: int, variable: str) -> socket.socket:
    """A socket that listens. Raises OSError when the port is taken."""
    # Bound here, since werkzeug ends the process when the port is taken.
    with on_port(port, variable):
        return exits.enter_context(socket.create_server((HOST, port)))


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _server(
    exits: ExitStack, listener: socket.socket, application: WSGIApplication
) -> BaseWSGIServer:
    server = make_server(
        HOST,
        _port(listener),
        application,
        threaded=True,
        request_handler=RequestHandler,
        fd=listener.fileno(),
    )
    exits.callback(server.server_close)
    return server


def _use_tls(server: BaseWSGIServer, folder: Path) -> None:
    """Has a server speak TLS, with the folder's certificate."""
    context = server_context(folder)
    server.ssl_context = context
    # The handshake is left to the thread of each connection: a client that connects and says
    # nothing must not keep the others waiting.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
