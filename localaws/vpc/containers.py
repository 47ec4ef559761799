# SPDX-License-Identifier: Apache-2.0
"""The tasks' containers: an HTTP server on loopback for each published port.

A task's address exists only inside its VPC; the bastion asks here which local port stands for it.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import socket
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from aiohttp import web

from localaws.listening import HOST

LOG = logging.getLogger(__name__)

BACKLOG = 16

CLOSING_SECONDS = 0.05
"""How long an accepted connection has to reach the HTTP server, and a request to be answered, when
a container stops. aiohttp takes 0 for no limit at all."""

APACHE_PAGE = "<html><body><h1>It works!</h1></body></html>\n"
"""The page that the httpd image serves."""


class ContainerLogs(Protocol):
    """Where the containers of a task write."""

    def write(self, container: str, message: str) -> None: ...


class ServingTask(Protocol):
    """A task whose containers listen."""

    @property
    def id(self) -> str: ...
    @property
    def vpc_id(self) -> str: ...
    @property
    def private_address(self) -> str: ...
    @property
    def availability_zone(self) -> str: ...
    @property
    def published_ports(self) -> Sequence[tuple[int, str, str]]:
        """Each TCP port, the image and the name of the container behind it."""

    @property
    def logs(self) -> ContainerLogs: ...


@dataclass(frozen=True)
class Address:
    """Where a container listens, as seen inside its VPC."""

    vpc_id: str
    ip: str
    port: int


def page_of(image: str) -> str:
    """The page that an image serves: Apache's for httpd, else a page with the image's name."""
    name = image.rsplit("/", 1)[-1].split("@")[0].split(":")[0]
    if name == "httpd":
        return APACHE_PAGE
    return f"<html><body><h1>{html.escape(image)}</h1></body></html>\n"


class Container:
    """The HTTP server behind one published port of a task."""

    def __init__(self, task: ServingTask, port: int, image: str, name: str):
        self.address = Address(task.vpc_id, task.private_address, port)
        self._page = page_of(image)
        self._who = {
            "task": task.id,
            "address": task.private_address,
            "availabilityZone": task.availability_zone,
            "port": port,
            "image": image,
        }
        self._headers = {
            "Server": "Apache" if self._page == APACHE_PAGE else "localaws",
            "X-Task-Id": task.id,
            "X-Task-Address": task.private_address,
            "X-Availability-Zone": task.availability_zone,
        }
        self._name, self._logs = name, task.logs
        self._logs.write(name, f"{image} listens on port {port}")
        # Bound here, so that a task listens before a client sees it RUNNING.
        self._socket = socket.create_server((HOST, 0), backlog=BACKLOG)
        self.local_port: int = self._socket.getsockname()[1]

    async def start(self) -> None:
        self._http = web.Server(self._reply)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, sock=self._socket)

    async def stop(self) -> None:
        """Closes the socket and every connection to it."""
        self._server.close()
        # asyncio hands an accepted connection over in a later round of its loop: the HTTP server
        # would not know of it yet, and it would stay open without an answer.
        await asyncio.sleep(CLOSING_SECONDS)
        await self._http.shutdown(timeout=CLOSING_SECONDS)

    async def _reply(self, request: web.BaseRequest) -> web.Response:
        if request.path == "/whoami":
            body, kind = json.dumps(self._who) + "\n", "application/json"
        else:
            body, kind = self._page, "text/html"
        self._logs.write(self._name, _access_line(request, len(body)))
        return web.Response(text=body, content_type=kind, headers=self._headers)


def _access_line(request: web.BaseRequest, size: int) -> str:
    """Returns the line of an access log, in the common log format; who asked is not known here."""
    moment = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    version = f"{request.version.major}.{request.version.minor}"
    return f'- - - [{moment}] "{request.method} {request.path_qs} HTTP/{version}" 200 {size}'


class Containers:
    """All containers that listen now; the scheduler gives the tasks."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._by_port: dict[tuple[str, int], Container] = {}
        """By the id of the task and the port."""
        self._by_address: dict[Address, Container] = {}
        self._under_way: set[Future[None]] = set()
        """What starts or stops a server."""

    def reconcile(self, tasks: Iterable[ServingTask]) -> None:
        """Starts and stops servers until the published ports of exactly these tasks listen."""
        wanted = {
            (task.id, port): (task, port, image, name)
            for task in tasks
            for port, image, name in task.published_ports
        }
        for key in self._by_port.keys() - wanted.keys():
            container = self._by_port.pop(key)
            del self._by_address[container.address]
            self._run(container.stop())
        for key in wanted.keys() - self._by_port.keys():
            try:
                container = Container(*wanted[key])
            except OSError as error:
                LOG.warning("port %s of task %s does not listen: %s", key[1], key[0], error)
                continue
            self._by_port[key] = self._by_address[container.address] = container
            self._run(container.start())

    def local_port(self, address: Address) -> int | None:
        """The port on loopback that stands for an address in a VPC, or None if nothing listens."""
        container = self._by_address.get(address)
        return container.local_port if container else None

    def stop(self) -> None:
        """Stops every server, and waits for those that are about to start or stop."""
        self.reconcile([])
        wait([*self._under_way])

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
