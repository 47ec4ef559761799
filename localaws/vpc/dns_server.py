# SPDX-License-Identifier: Apache-2.0
"""The VPC's resolver: DNS over UDP and TCP on loopback, with one port number for both."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import cast

from dnslib import CLASS, EDNS0, OPCODE, QTYPE, RCODE, DNSError, DNSHeader, DNSRecord

from localaws import runtime
from localaws.listening import HOST, on_port
from localaws.vpc.lookup import VpcLookup
from localaws.vpc.resolution import Answer, answer

LOG = logging.getLogger(__name__)

HEADER = 12
"""Bytes of a DNS header; less cannot even be answered with an error."""
PLAIN_UDP = 512
"""Bytes of a UDP reply to a client that does not say it takes more [RFC 1035]."""
MAX_UDP = 1232
"""Bytes of a UDP reply at the most, and what we say that we take."""
IDLE_SECONDS = 10.0
"""For which a TCP client may say nothing."""
TRIES = 20
"""Free TCP ports that are tried for one that is free for UDP too."""


def reply_to(vpc_lookup: VpcLookup, data: bytes, *, udp: bool) -> bytes | None:
    """The reply to a packet, or None for one that deserves none: no header, or itself a reply."""
    if len(data) < HEADER or data[2] & 0x80:
        return None
    try:
        query = DNSRecord.parse(data)
    except DNSError:
        return bytes(DNSRecord(_header(data, RCODE.FORMERR)).pack())
    return _packed(query, _reply(vpc_lookup, query), udp=udp)


def _header(data: bytes, rcode: int) -> DNSHeader:
    """The header of a reply to a packet of which only the header can be read."""
    return DNSHeader(id=int.from_bytes(data[:2]), qr=1, ra=1, rcode=rcode)


def _reply(vpc_lookup: VpcLookup, query: DNSRecord) -> DNSRecord:
    """The reply as a resolver gives it: recursion available, not authoritative."""
    reply = query.reply(ra=1, aa=0)
    if query.header.opcode != OPCODE.QUERY:
        reply.header.rcode = RCODE.NOTIMP
    elif len(query.questions) != 1:
        reply.header.rcode = RCODE.FORMERR
    elif query.q.qclass != CLASS.IN:
        reply.header.rcode = RCODE.REFUSED
    else:
        _fill(reply, _answer(vpc_lookup, query))
    return reply


def _answer(vpc_lookup: VpcLookup, query: DNSRecord) -> Answer:
    # `forward` is None for a type without a name, which no record set has.
    type_ = QTYPE.forward.get(query.q.qtype) or f"TYPE{query.q.qtype}"
    with runtime.LOCK:
        zones = vpc_lookup.private_zones
        return Answer(rcode=RCODE.REFUSED) if zones is None else answer(zones, query.q.qname, type_)


def _fill(reply: DNSRecord, found: Answer) -> None:
    reply.header.rcode = found.rcode
    reply.add_answer(*found.records)
    reply.add_auth(*found.authority)
    reply.add_ar(*found.additional)


def _packed(query: DNSRecord, reply: DNSRecord, *, udp: bool) -> bytes:
    """The reply as bytes; over UDP without its records when they do not fit [RFC 2181, 9]."""
    opt = next((each for each in query.ar if each.rtype == QTYPE.OPT), None)
    size = PLAIN_UDP if opt is None else min(max(PLAIN_UDP, opt.rclass), MAX_UDP)
    if opt is not None:
        reply.add_ar(EDNS0(udp_len=MAX_UDP))
    packed = bytes(reply.pack())
    if udp and len(packed) > size:
        reply.rr, reply.auth = [], []
        reply.ar = [each for each in reply.ar if each.rtype == QTYPE.OPT]
        reply.header.tc = 1
        packed = bytes(reply.pack())
    return packed


class Datagrams(asyncio.DatagramProtocol):
    """DNS over UDP."""

    def __init__(self, vpc_lookup: VpcLookup):
        self._vantage = vpc_lookup

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            reply = reply_to(self._vantage, data, udp=True)
        except Exception:
            LOG.exception("a DNS query from %s failed", addr)
            return
        if reply is not None:
            self._transport.sendto(reply, addr)


class DnsServer:
    """The resolver, while it runs on an event loop."""

    def __init__(self, vpc_lookup: VpcLookup):
        self._vantage = vpc_lookup

    async def start(self, port: int) -> int:
        """Listen and return the port. Raises OSError when the port cannot be had."""
        loop = asyncio.get_running_loop()
        with on_port(port, "LOCALAWS_DNS_PORT"):
            stream, datagram = _listeners(port)
        self._server = await asyncio.start_server(self._converse, sock=stream)
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(self._vantage), sock=datagram
        )
        return int(stream.getsockname()[1])

    async def stop(self) -> None:
        self._transport.close()
        self._server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """DNS over TCP: queries one after the other, each behind its length."""
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    length = int.from_bytes(await reader.readexactly(2))
                    data = await reader.readexactly(length)
                reply = reply_to(self._vantage, data, udp=False)
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
