# SPDX-License-Identifier: Apache-2.0
"""A plain reverse proxy in front of plain servers: `python -m benchmarks.http_peer COUNT`.

All of them are aiohttp in one event loop, as the bastion and the tasks are; each request goes to
one of the servers at random, over the client's own pool of connections. No names are resolved and
no security group is asked. Prints the proxy's port.
"""

from __future__ import annotations

import asyncio
import random
import sys

from aiohttp import ClientSession, web

from benchmarks.load import HOST

PAGE = "<html><body><h1>It works!</h1></body></html>\n"


async def main(count: int) -> None:
    """Serves until the process is ended."""
    loop = asyncio.get_running_loop()

    async def page(request: web.BaseRequest) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    servers = [await loop.create_server(web.Server(page), HOST, 0) for _ in range(count)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    async with ClientSession() as client:

        async def proxy(request: web.BaseRequest) -> web.StreamResponse:
            async with client.get(f"http://{HOST}:{random.choice(ports)}/") as upstream:
                body = await upstream.read()
                return web.Response(status=upstream.status, body=body, content_type="text/html")

        front = await loop.create_server(web.Server(proxy), HOST, 0)
        print(front.sockets[0].getsockname()[1], flush=True)
        await front.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
