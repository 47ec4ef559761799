# SPDX-License-Identifier: Apache-2.0
"""Lets the workers of pytest-xdist destroy what they have deployed when a run is interrupted.

After a Ctrl-C its controller gives them ten seconds, and execnet ends a worker after fifteen: in
the middle of a destroy. Neither has a setting for that.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

SECONDS = 1800.0
"""How long a worker may take to destroy what it has deployed."""


def wait_for_workers() -> None:
    """Has the controller wait for its workers, which it does in pytest_sessionfinish."""
    from xdist.workermanage import NodeManager

    NodeManager.EXIT_TIMEOUT = SECONDS


def finish_first(plugins: Iterable[Any]) -> None:
    """Has a worker end its tests, and with them its fixtures, before its process ends."""
    for plugin in plugins:
        gateway = getattr(getattr(plugin, "channel", None), "gateway", None)
        if gateway is not None and hasattr(gateway, "_execpool"):
            gateway._terminate_execution = partial(_finish, gateway._execpool)


def _finish(pool: Any) -> None:
    pool.trigger_shutdown()
    pool.waitall(SECONDS)
