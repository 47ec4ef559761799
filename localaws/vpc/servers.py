# SPDX-License-Identifier: Apache-2.0
"""The inside of the VPC as a whole: one event loop in one thread for all of its sockets."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Coroutine
from contextlib import ExitStack
from threading import Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from localaws.listening import HOST
from localaws.settings import Settings
from localaws.vpc.bastion import Bastion
from localaws.vpc.containers import Containers
from localaws.vpc.dns_server import DnsServer
from localaws.vpc.lookup import VpcLookup

T = TypeVar("T")

WANTED_FILES = 8192
"""Open files: a socket for each of some thousand tasks, and their connections."""


class Network:
    """The resolver, the bastion and the containers. A context manager."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._exits = ExitStack()
        self._loop = asyncio.new_event_loop()
        vpc_lookup = VpcLookup(settings.region)
        self.containers = Containers(self._loop)
        self._bastion = Bastion(vpc_lookup, self.containers)
        self._dns = DnsServer(vpc_lookup)
        self.dns_port = 0
        self.bastion_url = ""

    def __enter__(self) -> Self:
        _allow_many_files()
        with ExitStack() as exits:
            thread = Thread(target=self._loop.run_forever, name="inside", daemon=True)
            thread.start()
            exits.callback(self._loop.close)
            exits.callback(thread.join)
            exits.callback(self._loop.call_soon_threadsafe, self._loop.stop)
            self.dns_port = self._run(self._dns.start(self._settings.dns_port))
            exits.callback(lambda: self._run(self._dns.stop()))
            port = self._run(self._bastion.start(self._settings.bastion_port))
            self.bastion_url = f"http://{HOST}:{port}"
            exits.callback(lambda: self._run(self._bastion.stop()))
            exits.callback(self.containers.reconcile, [])
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exits.close()

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


def _allow_many_files() -> None:
    """Raise the soft limit on open files, which may be as low as 256, as far as we need it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
