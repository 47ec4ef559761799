# SPDX-License-Identifier: Apache-2.0
"""The thread in which operations end, tasks change state and services scale."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import cast

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.ecs.models import ecs_backends
from moto.servicediscovery.models import servicediscovery_backends

from localaws import runtime
from localaws.autoscaling.backend import ApplicationAutoScaling
from localaws.cloudmap.backend import CloudMap
from localaws.ecs.backend import Ecs
from localaws.vpc.containers import ServingTask
from localaws.vpc.servers import VpcServers

LOG = logging.getLogger(__name__)


def tick() -> None:
    """Takes one turn in every account and region that was used."""
    with runtime.LOCK:
        for _, _, cloud_map in [*servicediscovery_backends.iter_backends()]:
            cast(CloudMap, cloud_map).tick()
        for _, _, scaling in [*applicationautoscaling_backends.iter_backends()]:
            cast(ApplicationAutoScaling, scaling).tick()
        for _, _, ecs in [*ecs_backends.iter_backends()]:
            cast(Ecs, ecs).tick()


def serving_tasks() -> list[ServingTask]:
    """The tasks whose containers listen now, of every account and region."""
    return [
        task
        for _, _, ecs in [*ecs_backends.iter_backends()]
        for task in cast(Ecs, ecs).all_tasks
        if task.is_serving
    ]


class Scheduler:
    """Takes turns in its own thread until it is stopped."""

    def __init__(self, vpc_servers: VpcServers) -> None:
        self._vpc_servers = vpc_servers
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        # The tasks of a kept account listen before anybody can ask for them.
        with runtime.LOCK:
            self._vpc_servers.follow(serving_tasks())
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(runtime.settings.tick_seconds):
            try:
                # Under one lock, so that no client sees a task RUNNING that does not listen yet.
                with runtime.LOCK:
                    tick()
                    self._vpc_servers.follow(serving_tasks())
            except Exception:
                # An error in one account must not stop the others: it is logged, the turns go on.
                LOG.exception("a turn of the scheduler failed")
