# SPDX-License-Identifier: Apache-2.0
"""The embedded endpoint's start and its memory then, beside moto's own server."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from operator import attrgetter

from benchmarks.endpoints import AwsServer, localaws, moto_server
from benchmarks.measurement import Measurement

PAIRS = 5


@dataclass(frozen=True)
class Start:
    """How an endpoint started."""

    seconds: float
    ready_mib: float
    """Resident at the first answer; moto_server has loaded no service by then."""
    used_mib: float
    """Resident after a call of each of the four services."""


def measure() -> Iterator[Measurement]:
    """Yields the medians of pairs of starts, after one that writes the bytecode."""
    pairs = [(_start(localaws()), _start(moto_server())) for _ in range(PAIRS + 1)][1:]
    for name, unit, figure in (
        ("endpoint, from start to health", "s", attrgetter("seconds")),
        ("endpoint, resident when ready", "MiB", attrgetter("ready_mib")),
        ("endpoint, resident when used", "MiB", attrgetter("used_mib")),
    ):
        yield Measurement(
            name,
            unit,
            ours=statistics.median(figure(ours) for ours, _ in pairs),
            reference=statistics.median(figure(moto) for _, moto in pairs),
            reference_is="moto_server",
            peak_mib=max(ours.used_mib for ours, _ in pairs),
        )


def _start(started: AbstractContextManager[AwsServer]) -> Start:
    with started as server:
        ready = server.resident_mib
        server.client("ec2").describe_vpcs()
        server.client("ecs").list_clusters()
        server.client("servicediscovery").list_namespaces()
        server.client("route53").list_hosted_zones()
        return Start(server.seconds, ready, server.resident_mib)
