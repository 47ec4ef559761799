# SPDX-License-Identifier: Apache-2.0
"""What the tasks' containers listen on: a socket on loopback for each published port.

A task's address exists only inside the VPC; the bastion knows which socket stands for it.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from localaws.ecs.tasks import FargateTask
from localaws.listening import HOST

LOG = logging.getLogger(__name__)

BACKLOG = 16

APACHE_PAGE = "<html><body><h1>It works!</h1></body></html>\n"
"""What the httpd image serves."""


@dataclass(frozen=True)
class Address:
    """Where a container listens, seen from inside the VPC."""

    vpc_id: str
    ip: str
    port: int


def page_of(image: str) -> str:
    """What an image serves: Apache's page for httpd, a page with its name for any other."""
    name = image.rsplit("/", 1)[-1].split("@")[0].split(":")[0]
    if name == "httpd":
        return APACHE_PAGE
    return f"<html><body><h1>{html.escape(image)}</h1></body></html>\n"


class Container:
    """One published port of one task, and its HTTP server."""

    def __init__(self, task: FargateTask, port: int, image: str):
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
        # Bound at once, so that nobody sees a task RUNNING that does not listen.
        self._socket = socket.create_server((HOST, 0), backlog=BACKLOG)
        self.local_port: int = self._socket.getsockname()[1]

    async def start(self) -> None:
        self._http = web.Server(self._reply)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, sock=self._socket)

    async def stop(self) -> None:
        """Close the socket and every connection to it."""
        self._server.close()
        await self._http.shutdown(timeout=0)

    async def _reply(self, request: web.BaseRequest) -> web.Response:
        if request.path == "/whoami":
            body, kind = json.dumps(self._who) + "\n", "application/json"
        else:
            body, kind = self._page, "text/html"
        return web.Response(text=body, content_type=kind, headers=self._headers)


class Containers:
    """All containers that listen now; the scheduler says which tasks those are."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._listening: dict[Address, Container] = {}

    def reconcile(self, tasks: Iterable[FargateTask]) -> None:
        """Let exactly the published ports of these tasks listen."""
        wanted = {
            Address(task.vpc_id, task.private_address, port): (task, port, image)
            for task in tasks
            for port, image in task.published_ports
        }
        for address in self._listening.keys() - wanted.keys():
            self._run(self._listening.pop(address).stop())
        for address in wanted.keys() - self._listening.keys():
            try:
                container = Container(*wanted[address])
            except OSError as error:
                LOG.warning("%s does not listen: %s", address, error)
                continue
            self._listening[address] = container
            self._run(container.start())

    def local_port(self, address: Address) -> int | None:
        """The port on loopback that stands for an address in a VPC, or None if nothing listens."""
        container = self._listening.get(address)
        return container.local_port if container else None

    def _run(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop)  # type: ignore[arg-type]
