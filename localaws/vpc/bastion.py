# SPDX-License-Identifier: Apache-2.0
"""The bastion: an HTTP proxy on loopback that acts as a host in a VPC.

It connects to the endpoint's own tasks and to nothing else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import BasicAuth, ClientError, ClientSession, ClientTimeout, TCPConnector, web
from dnslib import QTYPE, RCODE, DNSLabel
from moto.ec2.models.security_groups import SecurityGroup
from multidict import CIMultiDict
from yarl import URL

from localaws import runtime
from localaws.listening import HOST, on_port
from localaws.load_balancers import DNS_SUFFIX
from localaws.routes import Route
from localaws.vpc.containers import CLOSING_SECONDS, Address, Containers
from localaws.vpc.lookup import Vpc
from localaws.vpc.resolution import answer
from localaws.vpc.security_groups import allows_ingress

LOG = logging.getLogger(__name__)

TIMED_OUT = 504
KEEPALIVE_SECONDS = 5.0
"""How long a connection to a task stays open without a request, so that few are open at a time."""
HOP_BY_HOP = {
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
            local_port = await self._reach(url, url.host, _task_of(request))
            return await self._forward(request, url, local_port)
        except Unreachable as error:
            text = f"bastion: {request.raw_path}: {error.reason}\n"
            return web.Response(status=error.status, text=text)

    async def _reach(self, url: URL, host: str, task_id: str | None) -> int:
        """The port on loopback that stands for a URL's host and port, as the bastion or a task."""
        port = url.port or 80
        try:
            if host.endswith(DNS_SUFFIX):
                return self._connect_balanced(host, port, url.path)
            if task_id is None:
                return self._connect_first(host, self._addresses(host), port)
            return self._connect_as_task(task_id, host, port)
        except Unreachable as failure:
            if failure.status == TIMED_OUT:
                # A security group drops packets: the client waits until it gives up.
                await asyncio.sleep(runtime.settings.drop_seconds)
            raise

    def _connect_as_task(self, task_id: str, host: str, port: int) -> int:
        """Connects as a task: by Service Connect when it knows the alias, else as the bastion."""
        with runtime.LOCK:
            route = self._vpc.connection(task_id, host, port)
            source = self._vpc.source(task_id)
        if source is None:
            raise Unreachable(403, f"{task_id} is not a running task")
        if route is None:
            return self._connect_first(host, self._addresses(host), port, through=source)
        return self._connect_any(
            route, f"no healthy task is behind the alias {host}:{port} of Service Connect"
        )

    def _connect_first(
        self, host: str, addresses: Iterable[str], port: int, through: Route | None = None
    ) -> int:
        """Connects to the first of a host's addresses that can be reached."""
        failure = Unreachable(502, f"{host} has no address")
        for ip in addresses:
            try:
                return self._connect(ip, port, through=through)
            except Unreachable as error:
                failure = error
        raise failure

    def _connect_balanced(self, host: str, port: int, path: str) -> int:
        """Connects to a target of a load balancer, whose own groups must let the bastion in."""
        with runtime.LOCK:
            route, source = self._vpc.route(host, port, path), self._vpc.bastion_address
        if route is None or source is None:
            raise Unreachable(502, f"no load balancer {host} listens on port {port}")
        groups = route.security_groups
        if groups and not allows_ingress(groups, source, port):
            raise Unreachable(TIMED_OUT, _timed_out(f"{host}:{port}", groups, source))
        return self._connect_any(route, f"{host} has no healthy target for {path}")

    def _connect_any(self, route: Route, nobody: str) -> int:
        """Connects to the first of a route's targets that can be reached."""
        failure = Unreachable(503, nobody)
        for ip, target_port in route.targets:
            try:
                return self._connect(ip, target_port, through=route)
            except Unreachable as error:
                failure = error
        raise failure

    def _addresses(self, host: str) -> Iterable[str]:
        """A host's addresses: the address itself, or what the VPC's resolver answers for a name."""
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
        return (str(record.rdata) for record in found.records if record.rtype == QTYPE.A)

    def _connect(self, ip: str, port: int, *, through: Route | None = None) -> int:
        """The port on loopback that stands for an address, if its security groups allow it.

        Who connects is the bastion, or the load balancer or task that the request comes through.
        """
        with runtime.LOCK:
            source, interface = self._vpc.bastion_address, self._vpc.interface(ip)
            source_groups = [group.id for group in through.security_groups] if through else []
            if through and through.addresses:
                source = through.addresses[0]
            if source is None:
                raise Unreachable(502, "there is no VPC to stand in")
            if interface is None:
                raise Unreachable(502, f"nobody has the address {ip}")
            allowed = allows_ingress(interface.group_set, source, port, source_groups=source_groups)
            local_port = self._containers.local_port(Address(interface.vpc_id, ip, port))
        if not allowed:
            raise Unreachable(TIMED_OUT, _timed_out(f"{ip}:{port}", interface.group_set, source))
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
    """The task that the client says it is: the user name of the proxy, or None."""
    try:
        credentials = BasicAuth.decode(request.headers.get("Proxy-Authorization", ""))
    except ValueError:
        return None
    return credentials.login or None


def _timed_out(where: str, groups: Iterable[SecurityGroup], source: ipaddress.IPv4Address) -> str:
    names = ", ".join(group.id for group in groups)
    return f"connection to {where} timed out: no ingress rule of {names} lets {source} in"


def _is_forwarded(header: str) -> bool:
    return header.lower() not in HOP_BY_HOP
