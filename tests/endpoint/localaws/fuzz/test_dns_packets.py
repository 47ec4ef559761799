# SPDX-License-Identifier: Apache-2.0
"""The resolver, with packets that nobody should send: it answers or is silent, and goes on."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

import pytest
from dnslib import QTYPE, DNSHeader, DNSQuestion, DNSRecord
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from localaws.server import Endpoint
from tests.endpoint.localaws.account import NAMESPACE, SERVICE, Account
from tests.endpoint.localaws.fuzz.amount import EXAMPLES, SEED
from tests.endpoint.localaws.fuzz.failures import Failures
from tests.endpoint.localaws.fuzz.failures import failures as failures

NAME = f"{SERVICE}.{NAMESPACE}"


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    """A query with other bytes in it, cut, or longer; or any bytes at all."""
    kind = draw(st.sampled_from(["A", "AAAA", "SRV", "ANY", "TXT"]))
    question = DNSQuestion(NAME, getattr(QTYPE, kind))
    packet = bytearray(
        DNSRecord(DNSHeader(id=draw(st.integers(0, 65535)), rd=1), q=question).pack()
    )
    for _ in range(draw(st.integers(0, 4))):
        packet[draw(st.integers(0, len(packet) - 1))] = draw(st.integers(0, 255))
    whole = bytes(packet)
    cut = whole[: draw(st.integers(0, len(whole)))]
    return draw(st.one_of(st.just(whole), st.just(cut), st.just(whole + cut), st.binary()))


@pytest.mark.timeout(3600)
def test_no_packet_stops_the_resolver(aws: Account, endpoint: Endpoint, failures: Failures) -> None:
    service = aws.service(aws.namespace())
    aws.register(service, "one", AWS_INSTANCE_IPV4="10.0.8.9")
    server = ("127.0.0.1", endpoint.dns_port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(20)

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(packets(), st.integers(0, 19))
        def is_survived(packet: bytes, number: int) -> None:
            udp.sendto(packet, server)
            if number == 0:
                over_tcp(packet, server)
            assert answered(udp, server) == "10.0.8.9"
            assert not failures.seen, packet

        is_survived()


def over_tcp(packet: bytes, server: tuple[str, int]) -> None:
    """Sends the packet with the length before it that TCP wants, and with a wrong one."""
    for length in (len(packet), 65535, 0):
        with suppress(ConnectionError), socket.create_connection(server, timeout=20) as tcp:
            tcp.sendall(struct.pack("!H", length) + packet)


def answered(udp: socket.socket, server: tuple[str, int]) -> str:
    """What the resolver answers to a question that is right, past its replies to others."""
    question = DNSRecord.question(NAME, "A")
    udp.sendto(question.pack(), server)
    while True:
        with suppress(Exception):  # A reply to a damaged question may be one, too.
            reply = DNSRecord.parse(udp.recv(4096))
            if reply.header.id == question.header.id and reply.rr:
                return str(reply.rr[0].rdata)
