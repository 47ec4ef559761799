# SPDX-License-Identifier: Apache-2.0
"""dnslib's own server with A records of one name: `python -m benchmarks.dns_peer NAME COUNT`.

Its resolver does what MULTIVALUE asks for and nothing else. Prints the port.
"""

from __future__ import annotations

import random
import sys

from dnslib import QTYPE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

from benchmarks.load import HOST

ANSWERS = 8


class Multivalue(BaseResolver):  # type: ignore[misc]  # dnslib has no types
    """Answers eight records at random from those of a name."""

    def __init__(self, name: str, count: int):
        self._records = [
            RR(name, QTYPE.A, ttl=60, rdata=A(f"10.0.{32 + each // 250}.{each % 250}"))
            for each in range(count)
        ]

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        reply = request.reply()
        reply.add_answer(*random.sample(self._records, min(ANSWERS, len(self._records))))
        return reply


if __name__ == "__main__":
    server = DNSServer(
        Multivalue(sys.argv[1], int(sys.argv[2])), address=HOST, port=0, logger=DNSLogger("error")
    )
    print(server.server.server_address[1], flush=True)
    server.start()
