# SPDX-License-Identifier: Apache-2.0
"""What a benchmark yields: a figure of ours beside the same figure of the stock way."""

from __future__ import annotations

from dataclasses import dataclass


class BenchmarkError(Exception):
    """What was measured failed, or did not do what it is measured for."""


@dataclass(frozen=True)
class Measurement:
    """One line of the table: what was measured, of ours and of a reference, in the same run."""

    name: str
    unit: str
    """`s`, `ms`, `MiB`, `KiB`, `per second` or `changes`."""
    ours: float
    reference: float
    reference_is: str
    """What the reference is, for the table: `eager import`, `moto_server`."""
    peak_mib: float
    """The most memory that the measured process of ours has had, in MiB."""

    @property
    def ratio(self) -> float:
        """Ours divided by the reference."""
        return self.ours / self.reference
