# SPDX-License-Identifier: Apache-2.0
"""The thread that lets time pass: operations end, tasks change state, services scale."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import cast

from moto.ecs.models import ecs_backends
from moto.servicediscovery.models import servicediscovery_backends

from localaws import runtime
from localaws.cloudmap.backend import CloudMap
from localaws.ecs.backend import Ecs
from localaws.ecs.tasks import FargateTask
from localaws.vpc.containers import Containers

LOG = logging.getLogger(__name__)


def tick() -> None:
    """One turn for every account and region that was used."""
    with runtime.LOCK:
        for _, _, cloud_map in [*servicediscovery_backends.iter_backends()]:
            cast(CloudMap, cloud_map).ledger.advance()
        for _, _, ecs in [*ecs_backends.iter_backends()]:
            cast(Ecs, ecs).tick()


def serving_tasks() -> list[FargateTask]:
    """The tasks whose containers are to listen now, of every account and region."""
    return [
        task
        for _, _, ecs in [*ecs_backends.iter_backends()]
        for task in cast(Ecs, ecs).fargate_tasks
        if task.is_serving
    ]


class Scheduler:
    """Ticks in a thread of its own until it is stopped."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(runtime.settings.tick_seconds):
            try:
                # In one go, so that nobody sees a task RUNNING that does not listen yet.
                with runtime.LOCK:
                    tick()
                    self._containers.reconcile(serving_tasks())
            except Exception:
                # A fault in one turn must not stop time for everybody; the log tells of it.
                LOG.exception("a turn of the scheduler failed")
