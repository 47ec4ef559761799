# SPDX-License-Identifier: Apache-2.0
"""The bastion: an HTTP proxy on loopback that acts as a host in a VPC.

It connects to the endpoint's own tasks and to nothing else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import BasicAuth, ClientError, ClientSession, ClientTimeout, TCPConnector, web
from dnslib import QTYPE, RCODE, DNSLabel
from multidict import CIMultiDict
from yarl import URL

from localaws import runtime
from localaws.listening import HOST, on_port
from localaws.load_balancers import DNS_SUFFIX
from localaws.routes import Peer, Targets
from localaws.timeline.stream import STREAM
from localaws.vpc.containers import CLOSING_SECONDS, Address, Containers
from localaws.vpc.lookup import Vpc
from localaws.vpc.resolution import answer
from localaws.vpc.security_groups import obstacle

LOG = logging.getLogger(__name__)

TIMED_OUT = 504
SOURCE_TASK = "X-Source-Task"
"""The header that names the task, by its id or ARN, from which a request comes."""
KEEPALIVE_SECONDS = 5.0
"""How long a connection to a task stays open without a request, so that few are open at a time."""
NOT_FORWARDED = {
    SOURCE_TASK.lower(),
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


@dataclass
class Unreachable(Exception):
    """Why a request cannot be forwarded, and the HTTP status of the reply."""

    status: int
    reason: str


class Bastion:
    """The proxy of a VPC: listens from its creation, and answers on an event loop."""

    def __init__(self, vpc: Vpc, containers: Containers, port: int):
        """Raises OSError when the port is taken; 0 picks a free one."""
        self._vpc = vpc
        self._containers = containers
        with on_port(port, "LOCALAWS_BASTION_PORT"):
            self._socket = socket.create_server((HOST, port))
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Answers from now on."""
        # Connections stay open for the next request: a task closes its own when it stops, and a
        # later task with the same address has another port on loopback.
        self._client = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
            timeout=ClientTimeout(total=60),
            auto_decompress=False,
        )
        self._http = web.Server(self._handle)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, sock=self._socket)

    async def stop(self) -> None:
        self._server.close()
        await self._http.shutdown(timeout=CLOSING_SECONDS)
        await self._client.close()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        try:
            if request.method == "CONNECT":
                raise Unreachable(403, "the bastion has no tunnels: use http")
            url = URL(request.raw_path)
            if not url.absolute and "Origin" in request.headers:
                raise Unreachable(403, "the bastion serves no web page")
            if not url.absolute or url.scheme != "http" or not url.host:
                raise Unreachable(400, "this is a proxy: set http_proxy to it")
            return await self._answer(request, url, url.host)
        except Unreachable as error:
            text = f"bastion: {request.raw_path}: {error.reason}\n"
            return web.Response(status=error.status, text=text)

    async def _answer(self, request: web.BaseRequest, url: URL, host: str) -> web.Response:
        """Forwards a request, and says who answered it or why nobody did."""
        began = time.monotonic()
        task = _task_of(request)
        told: dict[str, object] = {
            "account": self._vpc.account_id,
            "region": self._vpc.region,
            "name": host,
            "source": task,
        }
        try:
            reply = await self._forward(request, url, await self._reach(url, host, task))
            told |= {
                "status": reply.status,
                "task": reply.headers.get("X-Task-Id"),
                "address": reply.headers.get("X-Task-Address"),
            }
        except Unreachable as error:
            told |= {"status": error.status, "message": error.reason}
            raise
        finally:
            told["seconds"] = round(time.monotonic() - began, 3)
            STREAM.tell("http", "answered", told)
        return reply

    async def _reach(self, url: URL, host: str, task: str | None) -> int:
        """The port on loopback that stands for a URL's host and port, as the bastion or a task."""
        port = url.port or 80
        try:
            source = self._source(task)
            behind = self._connection(task, host, port) if task is not None else None
            if behind is None:
                return self._connect_first(source, host, port, url.path)
            nobody = f"no healthy task is behind the alias {host}:{port} of Service Connect"
            return self._connect_any(source, behind, nobody)
        except Unreachable as failure:
            if failure.status == TIMED_OUT:
                # A security group drops packets: the client waits until it gives up.
                await asyncio.sleep(runtime.settings.drop_seconds)
            raise

    def _source(self, task: str | None) -> Peer:
        """Who connects: the bastion, or the task in whose place it stands."""
        with runtime.LOCK:
            vpc, address = self._vpc.current, self._vpc.bastion_address
            source = self._vpc.source(task) if task is not None else None
        if vpc is None or address is None:
            raise Unreachable(502, "there is no VPC to stand in")
        if task is None:
            return Peer(address)
        if source is None:
            raise Unreachable(403, f"{task} is not a running task in {vpc.id}")
        return source

    def _connection(self, task: str, host: str, port: int) -> Targets | None:
        with runtime.LOCK:
            return self._vpc.connection(task, host, port)

    def _connect_first(self, source: Peer, host: str, port: int, path: str) -> int:
        """Connects to the first of a host's addresses that can be reached."""
        failure = Unreachable(502, f"{host} has no address")
        for ip in self._addresses(host):
            try:
                if ip.endswith(DNS_SUFFIX):
                    return self._connect_balanced(source, ip, host, port, path)
                return self._connect(source, ip, port)
            except Unreachable as error:
                failure = error
        raise failure

    def _connect_balanced(self, source: Peer, name: str, host: str, port: int, path: str) -> int:
        """Connects to a load balancer, and from there to one of its targets."""
        with runtime.LOCK:
            route = self._vpc.route(name, host, port, path)
        if route is None:
            raise Unreachable(502, f"no load balancer {name} of the VPC listens on port {port}")
        _refuse_blocked(source, route.balancer, port, f"{name}:{port}")
        return self._connect_any(
            route.balancer, route.targets, f"{name} has no healthy target for {path}"
        )

    def _connect_any(self, source: Peer, targets: Targets, nobody: str) -> int:
        """Connects to the first of several targets that can be reached."""
        failure = Unreachable(503, nobody)
        for ip, port in targets:
            try:
                return self._connect(source, ip, port)
            except Unreachable as error:
                failure = error
        raise failure

    def _addresses(self, host: str) -> Iterable[str]:
        """A host's addresses: the address itself, or what the VPC's resolver answers for a name.

        A load balancer's name stands for itself: no record of this endpoint's has its addresses.
        """
        if host.endswith(DNS_SUFFIX):
            return [host]
        try:
            address = ipaddress.IPv4Address(host)
        except ValueError:
            return self._resolved(host)
        with runtime.LOCK:
            if not self._vpc.contains(address):
                raise Unreachable(403, f"{host} is not an address of the VPC")
        return [str(address)]

    def _resolved(self, host: str) -> Iterable[str]:
        zones = self._vpc.private_zones
        if zones is None:
            raise Unreachable(502, "the VPC's DNS support or DNS hostnames are off")
        found = answer(zones, DNSLabel(host), "A")
        if found.rcode == RCODE.REFUSED:
            raise Unreachable(403, f"{host} is in no private zone of the VPC")
        if found.rcode == RCODE.NXDOMAIN:
            raise Unreachable(502, f"could not resolve {host}: no such name")
        if found.outside and found.outside.endswith(DNS_SUFFIX):
            return [found.outside]
        return (str(record.rdata) for record in found.records if record.rtype == QTYPE.A)

    def _connect(self, source: Peer, ip: str, port: int) -> int:
        """The port on loopback that stands for an address, if security groups let it be reached."""
        with runtime.LOCK:
            interface = self._vpc.interface(ip)
            if interface is None:
                raise Unreachable(502, f"nobody has the address {ip}")
            destination = Peer(ipaddress.IPv4Address(ip), interface.group_set)
            _refuse_blocked(source, destination, port, f"{ip}:{port}")
            local_port = self._containers.local_port(Address(interface.vpc_id, ip, port))
        if local_port is None:
            raise Unreachable(502, f"connection to {ip}:{port} refused: nothing listens there")
        return local_port

    async def _forward(self, request: web.BaseRequest, url: URL, local_port: int) -> web.Response:
        target = URL.build(
            scheme="http", host=HOST, port=local_port, path=url.raw_path, encoded=True
        ).with_query(url.raw_query_string or None)
        named = request.headers.get("Host") or url.authority
        headers = [(name, value) for name, value in request.headers.items() if _is_forwarded(name)]
        headers = [*((n, v) for n, v in headers if n.lower() != "host"), ("Host", named)]
        body = request.content if request.can_read_body else None
        try:
            async with self._client.request(
                request.method, target, headers=headers, data=body, allow_redirects=False
            ) as upstream:
                return web.Response(
                    status=upstream.status,
                    reason=upstream.reason,
                    headers=CIMultiDict(
                        (name, value)
                        for name, value in upstream.headers.items()
                        if _is_forwarded(name)
                    ),
                    body=await upstream.read(),
                )
        except (ClientError, TimeoutError) as error:
            raise Unreachable(502, f"{url.host} closed the connection: {error}") from error


def _task_of(request: web.BaseRequest) -> str | None:
    """The task that the client says it is: in a header, or as the user of the proxy."""
    if task := request.headers.get(SOURCE_TASK):
        return task
    try:
        credentials = BasicAuth.decode(request.headers.get("Proxy-Authorization", ""))
    except ValueError:
        return None
    return credentials.login or None


def _refuse_blocked(source: Peer, destination: Peer, port: int, where: str) -> None:
    """Raises Unreachable when a security group drops the packets."""
    if reason := obstacle(source, destination, port):
        raise Unreachable(TIMED_OUT, f"connection to {where} timed out: {reason}")


def _is_forwarded(header: str) -> bool:
    return header.lower() not in NOT_FORWARDED
