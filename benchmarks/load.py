# SPDX-License-Identifier: Apache-2.0
"""Load on a DNS server and on an HTTP proxy: prepared packets on plain sockets.

One thread without a client library, so that the server is what is measured.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence

from benchmarks.measurement import BenchmarkError

HOST = "127.0.0.1"
SECONDS = 10.0
"""How long a reply may take."""


def answers_per_second(port: int, query: bytes, *, count: int, in_flight: int) -> float:
    """Sends a DNS query `count` times from one socket, `in_flight` of them at any time.

    Raises BenchmarkError for a reply with an error or without an answer, and for a lost reply.
    """
    queries = [number.to_bytes(2) + query[2:] for number in range(in_flight)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(SECONDS)
        client.connect((HOST, port))
        begun = time.perf_counter()
        for each in queries:
            client.send(each)
        for received in range(count):
            try:
                reply = client.recv(65535)
            except TimeoutError as error:
                raise BenchmarkError(f"port {port}: DNS reply {received} was lost") from error
            if reply[3] & 0x0F or not int.from_bytes(reply[6:8]):
                raise BenchmarkError(f"port {port}: no answer in the DNS reply {reply!r}")
            if received < count - in_flight:
                client.send(queries[int.from_bytes(reply[:2])])
        return count / (time.perf_counter() - begun)


def replies_per_second(port: int, url: str, *, body: bytes, count: int, connections: int) -> float:
    """Gets a URL through an HTTP proxy `count` times, over so many connections that stay open.

    Raises BenchmarkError for another reply than 200 with this body.
    """
    host = url.split("/")[2]
    request = f"GET {url} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    opened = [socket.create_connection((HOST, port), SECONDS) for _ in range(connections)]
    try:
        return _exchange(opened, request, body, count)
    finally:
        for each in opened:
            each.close()


def _exchange(
    connections: Sequence[socket.socket], request: bytes, body: bytes, count: int
) -> float:
    with selectors.DefaultSelector() as selector:
        begun = time.perf_counter()
        for each in connections:
            selector.register(each, selectors.EVENT_READ, bytearray())
            each.sendall(request)
        sent, received = len(connections), 0
        while received < count:
            ready = selector.select(SECONDS)
            if not ready:
                raise BenchmarkError(f"HTTP reply {received} is missing")
            for key, _ in ready:
                connection, reply = key.fileobj, key.data
                assert isinstance(connection, socket.socket)
                part = connection.recv(65536)
                reply += part
                if not part or not reply.startswith(b"HTTP/1.1 200 "[: len(reply)]):
                    raise BenchmarkError(f"HTTP reply {received} is {bytes(reply)!r}")
                if not reply.endswith(b"\r\n\r\n" + body):
                    continue
                reply.clear()
                received += 1
                if sent < count:
                    sent += 1
                    connection.sendall(request)
        return count / (time.perf_counter() - begun)
