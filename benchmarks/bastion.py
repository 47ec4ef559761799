# SPDX-License-Identifier: Apache-2.0
"""HTTP requests a second by name through the bastion, beside a plain aiohttp reverse proxy."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.http_peer import PAGE
from benchmarks.load import replies_per_second
from benchmarks.measurement import Measurement
from benchmarks.servers import server
from benchmarks.vpc import NAME, vpc

TASKS = (10, 100, 1000)
CONNECTIONS = 8
REQUESTS = 2000
ROUNDS = 3


def measure() -> Iterator[Measurement]:
    """Yields a line for each number of tasks that the name leads to."""
    with vpc() as ours:
        registry = ours.create_registry(ours.create_namespace())
        ours.start_service(registry)
        port = int(ours.health["bastion"].rpartition(":")[2])
        for tasks in TASKS:
            ours.scale(registry, tasks)
            with server("benchmarks.http_peer", str(tasks)) as peer:
                # In turn, so that what else the machine does hits both.
                pairs = [(_rate(port), _rate(int(peer))) for _ in range(ROUNDS)]
            yield Measurement(
                f"HTTP by name, {tasks} tasks",
                "per second",
                ours=statistics.median(each for each, _ in pairs),
                reference=statistics.median(each for _, each in pairs),
                reference_is="aiohttp proxy",
                peak_mib=ours.peak_mib,
            )


def _rate(port: int) -> float:
    return replies_per_second(
        port, f"http://{NAME}/", body=PAGE.encode(), count=REQUESTS, connections=CONNECTIONS
    )
