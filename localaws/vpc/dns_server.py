# SPDX-License-Identifier: Apache-2.0
"""A VPC's resolver: DNS over UDP and TCP on loopback, with one port number for both."""

from __future__ import annotations

import asyncio
import logging
import socket
from functools import partial
from typing import cast

from dnslib import CLASS, EDNS0, OPCODE, QTYPE, RCODE, DNSError, DNSHeader, DNSRecord

from localaws.listening import HOST, on_port
from localaws.timeline.stream import STREAM
from localaws.vpc.lookup import Vpc
from localaws.vpc.resolution import Answer, answer, answer_told

LOG = logging.getLogger(__name__)

HEADER = 12
"""Bytes of a DNS header, without which no reply is possible, not even an error."""
PLAIN_UDP = 512
"""The most bytes of a UDP reply to a client without EDNS [RFC 1035]."""
MAX_UDP = 1232
"""The most bytes of any UDP reply, and of the queries that the resolver announces to take."""
OPT = EDNS0(udp_len=MAX_UDP)
"""What a reply to a client with EDNS has at its end [RFC 6891]."""
IDLE_SECONDS = 10.0
"""How long a TCP connection may be idle."""
TRIES = 20
"""How many free TCP ports are tried until one is free for UDP too."""


def reply_to(vpc: Vpc, data: bytes, *, udp: bool) -> bytes | None:
    """The reply to a packet, or None for a packet without a header and for one that is a reply."""
    if len(data) < HEADER or data[2] & 0x80:
        return None
    try:
        query = DNSRecord.parse(data)
    except DNSError:
        return bytes(DNSRecord(_header(data, RCODE.FORMERR)).pack())
    return _packed(query, _reply(vpc, query), udp=udp)


def _header(data: bytes, rcode: int) -> DNSHeader:
    """The header of the reply to a packet whose questions cannot be read."""
    return DNSHeader(id=int.from_bytes(data[:2]), qr=1, ra=1, rcode=rcode)


def _reply(vpc: Vpc, query: DNSRecord) -> DNSRecord:
    """The reply as a resolver gives it: recursion available, not authoritative."""
    reply = query.reply(ra=1, aa=0)
    if query.header.opcode != OPCODE.QUERY:
        reply.header.rcode = RCODE.NOTIMP
    elif len(query.questions) != 1:
        reply.header.rcode = RCODE.FORMERR
    elif query.q.qclass != CLASS.IN:
        reply.header.rcode = RCODE.REFUSED
    else:
        _fill(reply, _answer(vpc, query))
    return reply


def _answer(vpc: Vpc, query: DNSRecord) -> Answer:
    # A type that dnslib has no name for is in no record set.
    type_ = QTYPE.forward.get(query.q.qtype) or f"TYPE{query.q.qtype}"
    zones = vpc.private_zones
    found = Answer(rcode=RCODE.REFUSED) if zones is None else answer(zones, query.q.qname, type_)
    STREAM.tell("dns", "answered", partial(answer_told, vpc, query.q.qname, type_, found))
    return found


def _fill(reply: DNSRecord, found: Answer) -> None:
    reply.header.rcode = found.rcode
    reply.rr, reply.auth, reply.ar = found.records, found.authority, found.additional


def _packed(query: DNSRecord, reply: DNSRecord, *, udp: bool) -> bytes:
    """The reply as bytes. A UDP reply that is too long has no records [RFC 2181, section 9]."""
    opt = next((each for each in query.ar if each.rtype == QTYPE.OPT), None)
    size = PLAIN_UDP if opt is None else min(max(PLAIN_UDP, opt.rclass), MAX_UDP)
    if opt is not None:
        reply.ar.append(OPT)
    packed = bytes(reply.pack())
    if udp and len(packed) > size:
        reply.rr, reply.auth = [], []
        reply.ar = [OPT] if opt is not None else []
        reply.header.tc = 1
        packed = bytes(reply.pack())
    return packed


class Datagrams(asyncio.DatagramProtocol):
    """DNS over UDP."""

    def __init__(self, vpc: Vpc):
        self._vpc = vpc

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            reply = reply_to(self._vpc, data, udp=True)
        except Exception:
            LOG.exception("a DNS query from %s failed", addr)
            return
        if reply is not None:
            self._transport.sendto(reply, addr)


class DnsServer:
    """The resolver of a VPC: listens from its creation, and answers on an event loop."""

    def __init__(self, vpc: Vpc, port: int):
        """Raises OSError when the port is taken; 0 picks a free one."""
        self._vpc = vpc
        with on_port(port, "LOCALAWS_DNS_PORT"):
            self._stream, self._datagram = _listeners(port)
        self.port: int = self._stream.getsockname()[1]

    def close(self) -> None:
        """Gives the port back when nobody has started the server."""
        self._stream.close()
        self._datagram.close()

    async def start(self) -> None:
        """Answers from now on."""
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(self._serve_stream, sock=self._stream)
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self._vpc), sock=self._datagram
        )

    async def stop(self) -> None:
        self._transport.close()
        self._server.close()

    async def _serve_stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """DNS over TCP: each query follows its length in two bytes."""
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    length = int.from_bytes(await reader.readexactly(2))
                    data = await reader.readexactly(length)
                reply = reply_to(self._vpc, data, udp=False)
                if reply is None:
                    return
                writer.write(len(reply).to_bytes(2) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            return
        except Exception:
            LOG.exception("a DNS query over TCP failed")
        finally:
            writer.close()


def _listeners(port: int) -> tuple[socket.socket, socket.socket]:
    """A TCP and a UDP socket on the same port."""
    for attempt in range(TRIES):
        stream = socket.create_server((HOST, port))
        datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagram.bind(stream.getsockname())
        except OSError:
            stream.close()
            datagram.close()
            if port or attempt == TRIES - 1:
                raise
        else:
            datagram.setblocking(False)
            return stream, datagram
    raise AssertionError("unreachable: the last attempt returns or raises")
