# SPDX-License-Identifier: Apache-2.0
"""The pairs of CPU and memory that Fargate has.

Source: ECS developer guide, "Task size".
"""

from __future__ import annotations

from collections.abc import Mapping

GIB = 1024
"""One GiB in MiB."""

FARGATE_MEMORY: Mapping[int, tuple[int, ...]] = {
    256: (512, 1 * GIB, 2 * GIB),
    512: tuple(range(1 * GIB, 4 * GIB + 1, 1 * GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, 1 * GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, 1 * GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, 1 * GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
}
"""The MiB of memory that a task can have, by its CPU units."""
