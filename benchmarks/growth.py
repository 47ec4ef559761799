# SPDX-License-Identifier: Apache-2.0
"""Does a task or a record cost more when there are many? The later ones beside the first ones."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.measurement import Measurement
from benchmarks.vpc import Vpc, vpc

SERVICES, TASKS_EACH = 20, 50
REGISTRIES, INSTANCES_EACH = 10, 1000
REGISTRIES_IN_NAMESPACE = 2
"""Cloud Map's quota is 2,000 instances in a namespace, and 1,000 in a service."""


def measure() -> Iterator[Measurement]:
    """Yields milliseconds per task and per record: a ratio of 1 is no growth."""
    with vpc() as ours:
        yield _line(f"task in services {SERVICES // 2 + 1} to {SERVICES}", _tasks(ours), ours)
    with vpc() as ours:
        half = REGISTRIES * INSTANCES_EACH // 2
        yield _line(f"record {half:,} to {2 * half:,}", _records(ours), ours)


def _line(name: str, milliseconds: list[float], ours: Vpc) -> Measurement:
    half = len(milliseconds) // 2
    return Measurement(
        name,
        "ms",
        ours=sum(milliseconds[half:]) / half,
        reference=sum(milliseconds[:half]) / half,
        reference_is="the first half",
        peak_mib=ours.peak_mib,
    )


def _tasks(ours: Vpc) -> list[float]:
    """Starts service after service; returns the milliseconds per task of each."""
    namespace = ours.create_namespace()
    # The first service also makes the cluster, the subnet and the security group.
    ours.start_service(ours.create_registry(namespace, "warm-up"))
    spent = []
    for number in range(SERVICES):
        registry = ours.create_registry(namespace, f"web-{number}")
        begun = time.perf_counter()
        ours.start_service(registry, tasks=TASKS_EACH)
        spent.append((time.perf_counter() - begun) * 1000 / TASKS_EACH)
    return spent


def _records(ours: Vpc) -> list[float]:
    """Fills registry after registry; returns the milliseconds per record of each."""
    spent = []
    for number in range(REGISTRIES):
        if number % REGISTRIES_IN_NAMESPACE == 0:
            namespace = ours.create_namespace(f"benchmark-{number}.internal")
        registry = ours.create_registry(namespace, f"web-{number}")
        begun = time.perf_counter()
        ours.register(registry, range(INSTANCES_EACH))
        spent.append((time.perf_counter() - begun) * 1000 / INSTANCES_EACH)
    return spent
