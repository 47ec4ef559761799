# SPDX-License-Identifier: Apache-2.0
"""A service from one task to a thousand and back, beside the tasks of moto's own server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.endpoints import moto_server
from benchmarks.measurement import Measurement
from benchmarks.moto_tasks import MotoTasks
from benchmarks.vpc import CLUSTER, SERVICE, vpc

TASKS = 1000
DESCRIPTIONS = 100


def measure() -> Iterator[Measurement]:
    """Yields the times, each task's memory and the time of DescribeServices.

    moto's tasks are started and stopped by API calls, and have no instance and no record.
    """
    with vpc() as ours, moto_server() as server:
        registry = ours.create_registry(ours.create_namespace())
        ours.start_service(registry, tasks=1)
        moto = MotoTasks(server)
        moto.start(1)
        before, moto_before = ours.server.resident_mib, server.resident_mib

        def line(name: str, unit: str, figure: float, of_moto: float, call: str) -> Measurement:
            return Measurement(name, unit, figure, of_moto, f"moto_server, {call}", ours.peak_mib)

        up = _seconds(lambda: ours.scale(registry, TASKS))
        moto_up = _seconds(lambda: moto.start(TASKS - 1))
        yield line(f"1 to {TASKS:,} records", "s", up, moto_up, "RunTask")
        each, moto_each = (
            grown * 1024 / (TASKS - 1)
            for grown in (ours.server.resident_mib - before, server.resident_mib - moto_before)
        )
        yield line(f"each of {TASKS:,} tasks", "KiB", each, moto_each, "RunTask")

        moto.create_service(TASKS)
        # In turn, so that what else the machine does hits both.
        pairs = [(_describe(ours.ecs), _describe(moto.ecs)) for _ in range(DESCRIPTIONS)]
        described, moto_described = (statistics.median(side) for side in zip(*pairs, strict=True))
        yield line(
            f"DescribeServices, {TASKS:,} tasks",
            "ms",
            described * 1000,
            moto_described * 1000,
            "no tasks, no events",
        )

        down = _seconds(lambda: ours.scale(registry, 0))
        yield line(f"{TASKS:,} records to 0", "s", down, _seconds(moto.stop), "StopTask")


def _describe(ecs: Any) -> float:
    return _seconds(lambda: ecs.describe_services(cluster=CLUSTER, services=[SERVICE]))


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
