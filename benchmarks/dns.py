# SPDX-License-Identifier: Apache-2.0
"""DNS answers a second: the VPC's resolver beside dnslib's own server with the same records."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from dnslib import DNSRecord

from benchmarks.load import answers_per_second
from benchmarks.measurement import Measurement
from benchmarks.servers import server
from benchmarks.vpc import NAME, vpc

RECORDS = (10, 100, 1000)
IN_FLIGHT = 64
QUERIES = 5000
ROUNDS = 3


def measure() -> Iterator[Measurement]:
    """Yields a line for each number of A records that the name has."""
    query = bytes(DNSRecord.question(NAME).pack())
    with vpc() as ours:
        port = int(ours.health["dns"].rpartition(":")[2])
        registry = ours.create_registry(ours.create_namespace())
        registered = 0
        for records in RECORDS:
            ours.register(registry, range(registered, records))
            registered = records
            with server("benchmarks.dns_peer", NAME, str(records)) as peer:
                # In turn, so that what else the machine does hits both.
                pairs = [(_rate(port, query), _rate(int(peer), query)) for _ in range(ROUNDS)]
            yield Measurement(
                f"DNS, {records} records",
                "per second",
                ours=statistics.median(each for each, _ in pairs),
                reference=statistics.median(each for _, each in pairs),
                reference_is="dnslib's server",
                peak_mib=ours.peak_mib,
            )


def _rate(port: int, query: bytes) -> float:
    return answers_per_second(port, query, count=QUERIES, in_flight=IN_FLIGHT)
