# SPDX-License-Identifier: Apache-2.0
"""The shortened clock: how many seconds on AWS one second of the lesson stands for.

TTLs, the intervals between calls and ECS's delays are all divided by the same number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TASK_STEP = 5.0
"""Seconds of a task in each of its states. A task is RUNNING after three of them, where AWS takes
40 to 60 s, and gets SIGTERM one step after its deregistration began."""
OPERATION = 2.0
"""Seconds of a Cloud Map operation [AWS: 3 s to deregister in its own documents' examples]."""


@dataclass(frozen=True)
class Pace:
    """So many seconds on AWS pass in one second here."""

    factor: float

    def here(self, seconds: float) -> float:
        """Returns how long something takes here that takes so many seconds on AWS."""
        return seconds / self.factor

    def there(self, seconds: float) -> float:
        """Returns how long something would take on AWS that took so many seconds here."""
        return seconds * self.factor

    @property
    def endpoint_variables(self) -> Mapping[str, str]:
        """The settings with which the embedded endpoint keeps this pace."""
        return {
            "LOCALAWS_TASK_STEP_SECONDS": str(self.here(TASK_STEP)),
            "LOCALAWS_OPERATION_SECONDS": str(self.here(OPERATION)),
            "LOCALAWS_TICK_SECONDS": str(self.here(1.0)),
        }
